# SPDX-License-Identifier: MIT
# Completes the command line of config_tap(8) in fish: the program itself says what fits.

function __config_tap_complete
	set -l words (commandline -opc) (commandline -ct)
	set -l lines ($words[1] complete -- $words[2..-1] 2>/dev/null)

	switch "$lines[1]"
		case :files
			__fish_complete_path (commandline -ct)
		case :directories
			__fish_complete_directories (commandline -ct)
		case '*'
			printf '%s\n' $lines
	end
end

complete -c config_tap -f -a '(__config_tap_complete)'
