// What each chart shows: results of windows to series of points. No drawing here.

import { duration, number, percent, percentShort, short, text } from './texts.js';

/** As many as there are colours that can be told apart. */
export const mostSeries = 8;

const total = window => window.groups.get('');
const sum = counts => Object.values(counts ?? {}).reduce((left, right) => left + right, 0);

function line(name, color, windows, value, more = {}) {
  return { name, color, points: windows.map(window => [window.start, value(window) ?? null]), ...more };
}

/** One line for each group, in the order of their names, so that a colour stays with its group. */
function byGroup(windows, value) {
  const keys = [...new Set(windows.flatMap(window => [...window.groups.keys()]))].sort().slice(0, mostSeries);
  return keys.map((key, index) => line(key.split('\u0000').map(part => part === '' ? text('noValue') : part).join(' · '), index + 1, windows, window => {
    const result = window.groups.get(key);
    return result && value(result);
  }));
}

function errorsByCode(windows) {
  const counts = new Map();
  for (const [code, count] of windows.flatMap(window => Object.entries(total(window)?.ack_errors ?? {}))) {
    counts.set(code, (counts.get(code) ?? 0) + count);
  }
  const codes = [...counts].sort((left, right) => right[1] - left[1]).map(([code]) => code);
  const shown = codes.slice(0, codes.length > mostSeries ? mostSeries - 1 : mostSeries);
  const bars = shown.map((code, index) => line(code, index + 1, windows, window => total(window)?.ack_errors?.[code], { bar: true }));
  if (codes.length > shown.length) {
    const rest = window => sum(total(window)?.ack_errors) - shown.reduce((left, code) => left + (total(window)?.ack_errors?.[code] ?? 0), 0);
    bars.push(line(text('otherCodes'), mostSeries, windows, window => rest(window) || null, { bar: true }));
  }
  return bars;
}

function ratioWithBand(windows) {
  const ratio = line(text('ratio'), 2, windows, window => total(window)?.delivery_ratio, { area: false });
  const hasBand = windows.some(window => total(window)?.delivery_ratio_lower != null);
  return [hasBand ? { ...ratio, band: windows.map(window => [window.start, total(window)?.delivery_ratio_lower ?? null, total(window)?.delivery_ratio_upper ?? null]) } : ratio];
}

const percentiles = ['p50', 'p95', 'p99'];

/** The charts: how each makes its series, how its numbers are written, and where its axis begins. */
export const charts = [
  {
    id: 'users', title: 'users', help: () => text('usersHelp'), format: number, axis: short, fromZero: true, none: 'noWindows',
    series: (windows, isGrouped) => isGrouped
      ? byGroup(windows, result => result.online_users)
      : [line(text('users'), 1, windows, window => total(window)?.online_users, { area: true })],
  },
  {
    id: 'ratio', title: 'ratio', help: () => text('ratioHelp'), format: percent, axis: percentShort, upToOne: true, none: 'noWindows',
    series: (windows, isGrouped) => isGrouped ? byGroup(windows, result => result.delivery_ratio) : ratioWithBand(windows),
  },
  {
    id: 'latency', title: 'latency', help: () => text('latencyHelp'), format: duration, axis: duration, fromZero: true, none: 'noWindows',
    choices: { label: 'percentile', values: percentiles },
    series: (windows, isGrouped, choice) => isGrouped
      ? byGroup(windows, result => result.latency_ms?.[choice])
      : percentiles.map((name, index) => line(name.toUpperCase(), [1, 3, 5][index], windows, window => total(window)?.latency_ms?.[name])),
  },
  {
    id: 'errors', title: 'errors', help: isGrouped => text(isGrouped ? 'errorsByHelp' : 'errorsHelp'), format: number, axis: short, fromZero: true, none: 'noErrors',
    series: (windows, isGrouped) => isGrouped ? byGroup(windows, result => result.ack_errors && sum(result.ack_errors)) : errorsByCode(windows),
  },
];
