// The page: asks the service every few seconds and shows what it says. What is chosen stands in the address, so that a link shows the same.

import { Chart } from './chart.js';
import { byId, element } from './dom.js';
import { showFacts, showNotice, showOpenWindows, showPartitions, showSettings, showTiles } from './panels.js';
import { charts, mostSeries } from './series.js';
import { Windows, openWindows, partitions, settings, status } from './service.js';
import { loadTexts, number, text, time, zone } from './texts.js';

const pace = 2_000;
const paceAfterFailure = 4_000;
const ranges = [15, 60, 180, 720, 1440];
const mostWindows = 1_440;

const chosen = { minutes: 60, by: '' };
let cards = [];
let total = null;
let grouped = null;
let isDirty = true;
let lastStatus = null;
let lastAnswer = Date.now();
let started = null;
let timer = 0;

async function main() {
  await loadTexts();
  cards = charts.map(definition => new Chart(definition, byId('charts'), () => drawCharts()));
  byId('zone').textContent = text('zone', { zone: zone() });
  readAddress();
  byId('range').addEventListener('change', choose);
  byId('by').addEventListener('change', choose);
  addEventListener('hashchange', () => {
    readAddress();
    ask();
  });
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => cards.forEach(card => card.draw()));
  // A page that nobody looks at asks nothing.
  document.addEventListener('visibilitychange', () => document.hidden ? clearTimeout(timer) : ask());
  byId('controls').addEventListener('submit', event => event.preventDefault());
  await ask();
}

function readAddress() {
  const address = new URLSearchParams(location.hash.slice(1));
  chosen.minutes = ranges.find(minutes => String(minutes) === address.get('range')) ?? 60;
  chosen.by = address.get('by') ?? '';
  total = grouped = null;
  isDirty = true;
}

function choose() {
  const address = new URLSearchParams({ range: byId('range').value, by: byId('by').value });
  history.replaceState(null, '', `#${address}`);
  readAddress();
  ask();
}

/** One round of questions; the next follows when its answers are there. */
async function ask() {
  clearTimeout(timer);
  const round = timer = setTimeout(() => {}, 0);
  let next = pace;
  try {
    const now = await status();
    showChoices(now);
    const limit = Math.min(mostWindows, Math.ceil(chosen.minutes * 60_000 / now.window_ms));
    total ??= new Windows(null, limit, 1);
    grouped ??= chosen.by === '' ? null : new Windows(chosen.by, limit, mostSeries);
    const [byPartition, open, totalChanged, groupedChanged] = await Promise.all([partitions(), openWindows(), total.update(), grouped?.update()]);
    if (round !== timer) {
      return;
    }
    lastAnswer = Date.now();
    await showAll(now, byPartition, open, totalChanged || groupedChanged);
  } catch (failure) {
    if (round !== timer) {
      return;
    }
    next = paceAfterFailure;
    showState('bad', text('noAnswer', { time: time(lastAnswer) }));
  }
  if (!document.hidden) {
    timer = setTimeout(ask, next);
  }
}

async function showAll(now, byPartition, open, hasChanged) {
  showState(now.ready ? now.explanation?.code === 'stale' ? 'warn' : 'good' : 'warn', text(now.ready ? 'ready' : 'notReady'));
  byId('version').textContent = now.version;
  showNotice(now);
  showPartitions(byPartition, now.now_ms);
  showOpenWindows(open);
  showFacts(now, rates(now));
  if (hasChanged || isDirty) {
    isDirty = false;
    showTiles(total);
    drawCharts();
  }
  if (started !== now.started_ms) {
    started = now.started_ms;
    showSettings(await settings());
  }
  lastStatus = now;
  document.documentElement.dataset.updated = String(now.now_ms);
}

function showState(state, words) {
  const place = byId('status');
  place.dataset.state = state;
  if (byId('status-text').textContent !== words) {
    byId('status-text').textContent = words;
  }
}

function drawCharts() {
  const windows = grouped ?? total;
  if (windows === null) {
    return;
  }
  const shown = grouped === null ? 0 : Math.min(mostSeries, new Set(grouped.list.flatMap(window => [...window.groups.keys()])).size);
  const note = grouped !== null && grouped.leftOut > 0 ? text('leftOut', { shown: number(shown), all: number(shown + grouped.leftOut) }) : '';
  cards.forEach(card => card.update(windows, grouped !== null, note));
}

/** Records a second since the look before; nothing when the service started anew in between. */
function rates(now) {
  if (lastStatus === null || lastStatus.started_ms !== now.started_ms || now.now_ms <= lastStatus.now_ms) {
    return {};
  }
  const seconds = (now.now_ms - lastStatus.now_ms) / 1000;
  return Object.fromEntries(Object.entries(now.records).map(([topic, count]) => [topic, (count - (lastStatus.records[topic] ?? count)) / seconds]));
}

/** The ranges that the memory of the service can hold, and the dimension sets that it has. */
function showChoices(now) {
  const possible = ranges.filter((minutes, index) => index === 0 || ranges[index - 1] * 60_000 / now.window_ms < mostWindows);
  fill(byId('range'), possible.map(minutes => [String(minutes), minutes < 60 ? text('minutes', { n: minutes }) : text('hours', { n: minutes / 60 })]), String(chosen.minutes));
  const sets = now.groups.map(names => names.join(','));
  if (chosen.by !== '' && !sets.includes(chosen.by)) {
    chosen.by = '';
    grouped = null;
    isDirty = true;
  }
  fill(byId('by'), [['', text('total')], ...now.groups.map(names => [names.join(','), names.join(' · ')])], chosen.by);
}

function fill(select, options, value) {
  const key = JSON.stringify(options);
  if (select.dataset.key !== key) {
    select.dataset.key = key;
    select.replaceChildren(...options.map(([name, words]) => element('option', { value: name }, words)));
  }
  if (document.activeElement !== select || select.value !== value) {
    select.value = value;
  }
}

await main();
