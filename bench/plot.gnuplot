# SPDX-License-Identifier: MIT
# Draws what bench.py has measured: a panel for each verb, a line for each tool. bench.py
# sets lines_start and so on, the number of blocks in each file of data.

set terminal svg size 1000,760 dynamic background rgb "white" \
	noenhanced font "sans-serif,13"
set output "plot.svg"
set logscale xy
set format y "%g"
set xlabel "NICs"
set ylabel "seconds"
set grid xtics ytics lc rgb "#dddddd"
set key left top Left reverse samplen 2
# one scale for all panels, so that they can be compared
set xrange [0.8:5500]
set yrange [0.0005:300]

# by the number of the tool, the same in every panel
array colour[9]
colour[1] = 0x777777
colour[2] = 0xc0392b
colour[4] = 0x2471a3
colour[5] = 0xb9770e
colour[6] = 0xb9770e
colour[7] = 0x2471a3
colour[8] = 0x1e8449
colour[9] = 0x2471a3
colour_of(n) = colour[int(n)]

set multiplot layout 2,2
set title "start"
plot for [i = 0:lines_start - 1] "start.dat" index i \
	using 1:2:(colour_of($3)) with linespoints lw 2 pt 7 ps 0.6 lc rgb variable \
	title columnheader(1)
set title "start, where everything is there already"
plot for [i = 0:lines_noop - 1] "no-op-start.dat" index i \
	using 1:2:(colour_of($3)) with linespoints lw 2 pt 7 ps 0.6 lc rgb variable \
	title columnheader(1)
set title "status"
plot for [i = 0:lines_status - 1] "status.dat" index i \
	using 1:2:(colour_of($3)) with linespoints lw 2 pt 7 ps 0.6 lc rgb variable \
	title columnheader(1)
set title "stop"
plot for [i = 0:lines_stop - 1] "stop.dat" index i \
	using 1:2:(colour_of($3)) with linespoints lw 2 pt 7 ps 0.6 lc rgb variable \
	title columnheader(1)
unset multiplot
