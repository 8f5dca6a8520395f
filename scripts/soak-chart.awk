# Draws what scripts/soak.sh sampled (seconds, RSS MiB, handles, managed MiB, lag, fault; tab-separated) as an SVG of four panels that share the axis of time.
BEGIN { FS = "\t"; width = 860; height = 110; left = 70; gap = 46; top = 40
  name[1] = "resident memory, MiB"; name[2] = "open handles"; name[3] = "managed memory, MiB"; name[4] = "lag, records"; color = "#0b5cad" }
{ n++; t[n] = $1; for (i = 1; i <= 4; i++) { v[i, n] = $(i + 1); if ($(i + 1) > max[i]) max[i] = $(i + 1) } fault[n] = $6 }
function nice(x,   step) { step = 10 ^ int(log(x) / log(10)); while (step < x) step += 10 ^ int(log(x) / log(10)) / 2; return step }
function x(i) { return left + width * t[i] / t[n] }
function label(px, py, text, anchor, size) { printf "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\" font-size=\"%d\" fill=\"#5b6675\">%s</text>\n", px, py, anchor, size, text }
END {
  total = top + 4 * (height + gap) + 10
  printf "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" font-family=\"system-ui, sans-serif\">\n", left + width + 20, total
  printf "<rect width=\"100%%\" height=\"100%%\" fill=\"#fff\"/>\n"
  printf "<text x=\"%d\" y=\"22\" font-size=\"15\" fill=\"#1c2430\">Soak: one process through %d minutes of faults</text>\n", left, int(t[n] / 60 + 0.5)
  for (i = 1; i <= 4; i++) {
    y0 = top + (i - 1) * (height + gap) + 16; most = max[i] > 0 ? nice(max[i] * 1.05) : 1
    label(left, y0 - 6, name[i], "start", 12)
    printf "<path d=\"M%d %.1fh%d M%d %.1fh%d M%d %.1fh%d\" stroke=\"#d9dee5\" fill=\"none\"/>\n", left, y0, width, left, y0 + height / 2, width, left, y0 + height, width
    label(left - 6, y0 + 4, most, "end", 11); label(left - 6, y0 + height / 2 + 4, most / 2, "end", 11); label(left - 6, y0 + height + 4, 0, "end", 11)
    for (j = 1; j <= n; j++) if (fault[j] != "-" && fault[j] != "kill" && fault[j] != "stop") {
      printf "<path d=\"M%.1f %.1fv%d\" stroke=\"#c2410c\" stroke-dasharray=\"2 3\" fill=\"none\"/>\n", x(j), y0, height
      if (i == 1) label(x(j), y0 + height + (faults++ % 2 ? 22 : 12), fault[j], "middle", 9) # two rows: they come close to each other
    }
    printf "<polyline fill=\"none\" stroke=\"%s\" stroke-width=\"1.5\" points=\"", color
    for (j = 1; j <= n; j++) printf "%.1f,%.1f ", x(j), y0 + height - height * v[i, j] / most
    print "\"/>"
  }
  for (m = 0; m * 60 <= t[n]; m += (t[n] > 3600 ? 30 : t[n] > 900 ? 5 : 1)) label(left + width * m * 60 / t[n], total - 26, m " min", "middle", 11)
  print "</svg>"
}
