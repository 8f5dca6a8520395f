// One card with a chart: its heading, its legend of buttons, the drawing, and the same numbers as a table for whoever cannot or will not look at it.

import { element, show, table } from './dom.js';
import { axisTime, text, windowTime } from './texts.js';

/** Rows of the table: more than anybody reads from top to bottom. */
const mostRows = 120;

const css = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

export class Chart {
  #definition;
  #drawing = null;
  #series = [];
  #windows = null;
  #hidden = new Set();
  #isTable = false;
  #choice;
  #redraw;

  /** redraw: called when a choice of this chart needs its data anew. */
  constructor(definition, place, redraw) {
    this.#definition = definition;
    this.#redraw = redraw;
    this.#choice = definition.choices?.values.at(-2);
    const id = definition.id;
    this.help = element('span', { class: 'soft' });
    this.choices = element('select', { 'aria-label': definition.choices && text(definition.choices.label), hidden: true, onchange: event => {
      this.#choice = event.target.value;
      this.#redraw();
    } }, (definition.choices?.values ?? []).map(value => element('option', { value, selected: value === this.#choice }, value.toUpperCase())));
    this.toggle = element('button', { type: 'button', onclick: () => this.#switch() });
    this.legend = element('div', { class: 'legend', role: 'group', 'aria-labelledby': `${id}-title` });
    this.canvas = element('div', { class: 'canvas', id: `${id}-chart`, role: 'img' });
    this.empty = element('p', { class: 'empty' }, text(definition.none));
    this.data = element('div', { class: 'scroll data', role: 'region', 'aria-labelledby': `${id}-title`, tabindex: 0, hidden: true });
    place.append(element('section', { class: 'card chart', 'aria-labelledby': `${id}-title` },
      element('div', { class: 'head' }, element('h2', { id: `${id}-title` }, text(definition.title)), this.help, element('div', { class: 'tools' }, definition.choices ? this.choices : null, this.toggle)),
      this.legend, this.canvas, this.data));
    this.#label();
    new ResizeObserver(() => this.#drawing?.resize()).observe(this.canvas);
  }

  /** Shows windows; isGrouped: they are of a dimension set. */
  update(windows, isGrouped, note) {
    this.choices.hidden = !(isGrouped && this.#definition.choices);
    this.help.textContent = [this.#definition.help(isGrouped), note].filter(Boolean).join(' · ');
    this.#windows = windows;
    this.#series = this.#definition.series(windows.list, isGrouped, this.#choice);
    this.draw();
  }

  /** Draws again what is there: the colours of the page have changed, or what is hidden. */
  draw() {
    const shown = this.#series.filter(series => !this.#hidden.has(series.name));
    const hasPoints = this.#series.some(series => series.points.some(([, value]) => value !== null));
    this.#drawLegend(hasPoints);
    this.canvas.setAttribute('aria-label', this.#summary(shown));
    if (this.#isTable) {
      this.#drawTable(shown);
      return;
    }
    if (!hasPoints) {
      this.#drawing?.dispose();
      this.#drawing = null;
      this.canvas.replaceChildren(this.empty);
      return;
    }
    if (this.#drawing === null) {
      this.canvas.replaceChildren();
      this.#drawing = globalThis.echarts.init(this.canvas, null, { renderer: 'canvas' });
    }
    this.#drawing.setOption(this.#options(shown), { replaceMerge: ['series'] });
  }

  #switch() {
    this.#isTable = !this.#isTable;
    this.canvas.hidden = this.#isTable;
    this.data.hidden = !this.#isTable;
    this.#label();
    this.draw();
    this.#drawing?.resize();
  }

  #label() {
    this.toggle.textContent = text(this.#isTable ? 'asChart' : 'asTable');
    this.toggle.setAttribute('aria-label', text(this.#isTable ? 'asChartOf' : 'asTableOf', { name: text(this.#definition.title) }));
  }

  #drawLegend(hasPoints) {
    const wanted = hasPoints && (this.#series.length > 1 || this.#hidden.size > 0) ? this.#series : [];
    const key = JSON.stringify(wanted.map(series => [series.name, series.color]));
    this.legend.hidden = wanted.length === 0;
    if (this.legend.dataset.key === key) {
      return;
    }
    this.legend.dataset.key = key;
    this.legend.replaceChildren(...wanted.map(series => element('button', {
      type: 'button', title: series.name, 'aria-pressed': String(!this.#hidden.has(series.name)), onclick: event => {
        const isHidden = this.#hidden.delete(series.name) ? false : Boolean(this.#hidden.add(series.name));
        event.currentTarget.setAttribute('aria-pressed', String(!isHidden));
        this.draw();
      },
    }, element('span', { class: `swatch s${series.color}`, 'aria-hidden': 'true' }), element('span', {}, series.name))));
  }

  #drawTable(shown) {
    const size = this.#windows.sizeMs;
    const rows = this.#windows.list.map((window, index) => ({ window, index })).slice(-mostRows).reverse();
    show(this.data, table(text(this.#definition.title), [
      { title: text('window'), cell: row => windowTime(row.window.start, size) },
      ...shown.map(series => ({ title: series.name, number: true, cell: row => this.#definition.format(series.points[row.index][1]) })),
    ], rows, text(this.#definition.none)));
  }

  /** What the picture says, for those who do not see it: the latest values. */
  #summary(shown) {
    const last = shown.flatMap(series => series.points.filter(([, value]) => value !== null).slice(-1)).reduce((latest, [at]) => Math.max(latest, at), 0);
    if (last === 0) {
      return `${text(this.#definition.title)}: ${text(this.#definition.none)}`;
    }
    const values = shown.map(series => [series.name, series.points.findLast(([, value]) => value !== null)?.[1]]).filter(([, value]) => value != null);
    return text('summary', {
      name: text(this.#definition.title), count: this.#windows.list.length, time: windowTime(last, this.#windows.sizeMs),
      values: values.map(([name, value]) => `${name} ${this.#definition.format(value)}`).join(', '),
    });
  }

  #options(shown) {
    const [ink, soft, line, grid, card] = ['--ink', '--soft', '--line', '--grid', '--card'].map(css);
    const list = this.#windows.list;
    const span = list.at(-1).start - list[0].start;
    const font = getComputedStyle(document.body).fontFamily;
    return {
      animation: false,
      textStyle: { fontFamily: font },
      grid: { left: 4, right: 14, top: 14, bottom: 4, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' },
      tooltip: {
        trigger: 'axis', confine: true, backgroundColor: card, borderColor: line, padding: [8, 12], textStyle: { color: ink, fontFamily: font },
        axisPointer: { type: 'line', lineStyle: { color: soft, type: 'solid', width: 1, opacity: .6 } }, transitionDuration: 0,
        formatter: points => this.#tip(points, shown),
      },
      xAxis: {
        type: 'time', axisLine: { lineStyle: { color: line } }, axisTick: { show: false }, splitLine: { show: false },
        axisLabel: { color: soft, fontSize: 11, hideOverlap: true, formatter: value => axisTime(value, span) },
      },
      yAxis: {
        type: 'value', splitNumber: 4, axisLine: { show: false }, axisTick: { show: false }, splitLine: { lineStyle: { color: grid } },
        axisLabel: { color: soft, fontSize: 11, formatter: value => this.#definition.axis(value) }, ...this.#scale(shown),
      },
      series: shown.flatMap(series => this.#drawn(series)),
    };
  }

  /** A ratio's axis ends at 1 and begins at a round share below the least value, so that 99.5 % and 98 % look different. */
  #scale(shown) {
    if (!this.#definition.upToOne) {
      return this.#definition.fromZero ? { min: 0, minInterval: this.#definition.id === 'latency' ? 0 : 1 } : {};
    }
    const least = Math.min(1, ...shown.flatMap(series => series.points.map(([, value]) => value ?? 1)));
    const step = [.01, .02, .05, .1, .2, .5].find(candidate => candidate >= (1 - least) * 1.1) ?? 1;
    return { min: 1 - step, max: 1, interval: step / 4 };
  }

  #drawn(series) {
    const color = css(`--series-${series.color}`);
    const isAlone = series.points.filter(([, value]) => value !== null).length === 1;
    if (series.bar) {
      return [{ type: 'bar', name: series.name, stack: 'all', data: series.points, itemStyle: { color }, barMaxWidth: 14, barMinWidth: 1 }];
    }
    const drawn = [{
      type: 'line', name: series.name, data: series.points, showSymbol: isAlone, symbol: 'circle', symbolSize: isAlone ? 7 : 5, z: 3,
      itemStyle: { color }, lineStyle: { color, width: 1.75 }, emphasis: { disabled: true },
      areaStyle: series.area ? { color, opacity: .1 } : undefined,
    }];
    if (series.band) {
      const edge = { type: 'line', silent: true, symbol: 'none', stack: 'band', lineStyle: { opacity: 0 }, tooltip: { show: false }, z: 2 };
      drawn.push({ ...edge, name: '\u0000lower', data: series.band.map(([at, lower]) => [at, lower]) });
      drawn.push({ ...edge, name: '\u0000upper', data: series.band.map(([at, lower, upper]) => [at, lower === null ? null : upper - lower]), areaStyle: { color, opacity: .18 } });
    }
    return drawn;
  }

  #tip(points, shown) {
    const at = points[0].value[0];
    const values = points.filter(point => point.value[1] != null && !point.seriesName.startsWith('\u0000'));
    const band = shown.find(series => series.band)?.band.find(([start]) => start === at);
    return element('div', { class: 'tip' },
      element('strong', {}, `${windowTime(at, this.#windows.sizeMs)} – ${windowTime(at + this.#windows.sizeMs, this.#windows.sizeMs)}`),
      values.map(point => element('div', {},
        element('span', { class: `swatch s${shown.find(series => series.name === point.seriesName)?.color}` }),
        element('span', {}, point.seriesName),
        element('span', {}, this.#definition.format(point.value[1])))),
      band?.[1] != null ? element('div', { class: 'soft' }, element('span', {}), element('span', {}, text('ratioBand')),
        element('span', {}, `${this.#definition.format(band[1])} – ${this.#definition.format(band[2])}`)) : null);
  }
}
