# SPDX-License-Identifier: MIT
# Draws what bench.py has measured of one verb: a line a tool, which leads to the tool's name,
# since a legend would have to be hunted through. It reads without colours and on a phone.
# bench.py sets name, verb, titles, a quoted word for each NAME-NUMBER.dat, and heights, where
# each of them stands.

set terminal svg size 640,560 dynamic background rgb "white" noenhanced font "sans-serif,17"
set output "plot-" . name . ".svg"
set title sprintf("%s: seconds by number of NICs", verb)
set logscale xy
set format y "%g"
set xtics ("1" 1, "10" 10, "100" 100, "1,000" 1000, "10,000" 10000)
set grid xtics ytics lc rgb "#dddddd"
unset key
# room on the right for the names
set xrange [0.8:1200000]
set border 3
set tics nomirror

file(i) = sprintf("%s-%d.dat", name, i)
last_x(i) = system(sprintf("tail -n 1 %s | cut -d' ' -f1", file(i))) + 0
last_y(i) = system(sprintf("tail -n 1 %s | cut -d' ' -f2", file(i))) + 0
width(i) = i == 0 ? 4 : 1.5

do for [i = 0:words(titles) - 1] {
	set label i + 1 word(titles, i + 1) at 24000, word(heights, i + 1) + 0 left
	set arrow i + 1 from last_x(i) * 1.2, last_y(i) to 22000, word(heights, i + 1) + 0 \
		nohead lc rgb "#aaaaaa" lw 1
}
plot for [i = 0:words(titles) - 1] file(i) with linespoints lc rgb "black" lw width(i) \
	dt i + 1 pt i + 4 ps 0.9
