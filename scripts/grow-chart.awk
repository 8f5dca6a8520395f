# Draws the tables of `Aggregator.Benchmarks grow` as an SVG: for each axis the time and the memory a record, against the axis on a logarithmic scale.
#
#   awk -f scripts/grow-chart.awk grow.md > docs/images/grow.svg
function num(text) { gsub(/[ ,]/, "", text); return text + 0 }
function label(px, py, text, anchor, size) { printf "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\" font-size=\"%d\" fill=\"#5b6675\">%s</text>\n", px, py, anchor, size, text }
function short(v) { return v >= 1e6 ? v / 1e6 "M" : v >= 1e3 ? v / 1e3 "k" : v }
function nice(v,   unit) { unit = 10 ^ int(log(v) / log(10)); return v <= unit ? unit : v <= 2 * unit ? 2 * unit : v <= 5 * unit ? 5 * unit : 10 * unit }
function panel(a, px, py, column, title, color,   j, most, first, span, x, y, points) {
  most = 0
  for (j = 1; j <= n[a]; j++) if (v[a, j, column] > most) most = v[a, j, column]
  most = nice(most); first = log(v[a, 1, 0]); span = log(v[a, n[a], 0]) - first
  label(px, py - 8, title, "start", 12)
  printf "<path d=\"M%d %.1fh%d M%d %.1fh%d M%d %.1fh%d\" stroke=\"#d9dee5\" fill=\"none\"/>\n", px, py, width, px, py + height / 2, width, px, py + height, width
  label(px - 6, py + 4, short(most), "end", 11); label(px - 6, py + height / 2 + 4, short(most / 2), "end", 11); label(px - 6, py + height + 4, 0, "end", 11)
  points = ""
  for (j = 1; j <= n[a]; j++) {
    x = px + width * (log(v[a, j, 0]) - first) / span; y = py + height * (1 - v[a, j, column] / most)
    points = points sprintf("%.1f,%.1f ", x, y)
    printf "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3\" fill=\"%s\"/>\n", x, y, color
    label(x, y - 7, sprintf("%.0f", v[a, j, column]), j == 1 ? "start" : j == n[a] ? "end" : "middle", 10)
    label(x, py + height + 16, short(v[a, j, 0]), "middle", 11)
  }
  printf "<polyline fill=\"none\" stroke=\"%s\" stroke-width=\"1.5\" points=\"%s\"/>\n", color, points
}
BEGIN { FS = "|" }
/^\| [a-z]/ { axes++; name[axes] = $2; gsub(/^ +| +$/, "", name[axes]); next }
/^\| [0-9]/ { j = ++n[axes]; v[axes, j, 0] = num($2); v[axes, j, 1] = num($3); v[axes, j, 2] = num($5) }
END {
  width = 330; height = 110; left = 50; gap = 70; row = 176; top = 58; total = top + axes * row
  printf "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" font-family=\"system-ui, sans-serif\">\n", left + 2 * width + gap + 30, total
  printf "<rect width=\"100%%\" height=\"100%%\" fill=\"#fff\"/>\n<text x=\"%d\" y=\"22\" font-size=\"15\" fill=\"#1c2430\">How cost grows: one thing at a time, the others as usual</text>\n", left
  for (a = 1; a <= axes; a++) {
    y = top + (a - 1) * row
    panel(a, left, y, 1, name[a] ": ns a record", "#0b5cad")
    panel(a, left + width + gap, y, 2, name[a] ": bytes an id open", "#c2410c")
  }
  print "</svg>"
}
