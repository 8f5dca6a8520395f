// Everything on the page but the charts: tiles, tables, facts.

import { byId, element, show, table } from './dom.js';
import { absent, duration, number, percent, rate, reason, relative, text, time, windowTime } from './texts.js';

/** The latest numbers of the total, and how they changed. */
export function showTiles(windows) {
  const results = windows.list.map(window => window.groups.get('')).filter(Boolean);
  const activity = results.at(-1);
  const before = results.at(-2);
  const delivery = results.findLast(result => result.final);
  const at = result => windowTime(result.window_start, windows.sizeMs);
  const perSecond = activity && activity.received / (windows.sizeMs / 1000);
  const changed = (now, then) => now != null && then ? text('againstBefore', { change: relative(now / then - 1) }) : activity ? text('windowAt', { time: at(activity) }) : '';
  const latency = activity?.latency_ms;
  show(byId('tiles'),
    tile('users', 1, number(activity?.online_users), changed(activity?.online_users, before?.online_users)),
    tile('ratio', 2, percent(delivery?.delivery_ratio), delivery ? text('ofSent', { delivered: number(delivery.delivered), sent: number(delivery.sent), time: at(delivery) }) : ''),
    tile('p50', 1, duration(latency?.p50), latency ? text('meanMax', { mean: duration(latency.mean), max: duration(latency.max) }) : activity ? text('noSample') : ''),
    tile('p95', 3, duration(latency?.p95), changed(latency?.p95, before?.latency_ms?.p95)),
    tile('p99', 5, duration(latency?.p99), changed(latency?.p99, before?.latency_ms?.p99)),
    tile('received', null, number(activity?.received), activity ? text('perSecond', { n: rate(perSecond) }) : ''));
}

function tile(key, color, value, more) {
  return element('div', { class: 'tile' },
    element('dt', {}, color && element('span', { class: `swatch s${color}`, 'aria-hidden': 'true' }), text(key)),
    element('dd', { class: 'value', id: `tile-${key}` }, value),
    element('dd', { class: 'more' }, more || '\u00a0'));
}

/** Why nothing is there, or nothing new; nothing where all is well. */
export function showNotice(status) {
  const why = status?.explanation;
  const notice = byId('notice');
  notice.hidden = !why;
  if (!why) {
    return;
  }
  notice.dataset.state = why.code === 'not_ready' || why.code === 'no_records' || why.code === 'waiting' ? 'calm' : 'warn';
  byId('notice-title').textContent = text(why.code === 'not_ready' ? 'titleNotReady' : why.code === 'stale' ? 'titleStale' : 'titleNothing');
  byId('notice-text').textContent = sentence(why, status);
  byId('notice-hint').textContent = why.code === 'waiting' ? '' : text('hintRunbook');
}

function sentence(why, status) {
  const values = why.values;
  const at = ms => windowTime(Number(ms), status.window_ms);
  switch (why.code) {
    case 'not_ready':
      return reason(values.reason);
    case 'waiting':
      return values.window_start_ms === ''
        ? text('why_waiting_first', values)
        : [text('why_waiting', { ...values, window: at(values.window_start_ms), needed: time(Number(values.needed_watermark_ms)) }),
          values.partition && text('why_furthest', values)].filter(Boolean).join(' ');
    case 'stale':
      return text(values.partition ? 'why_stale_held' : 'why_stale', { ...values, since: time(Number(values.since_ms)) });
    default:
      return text(`why_${why.code}`, values);
  }
}

export function showPartitions(answer, nowMs) {
  byId('partitions-sum').textContent = answer.total > 0 ? text('assignedOf', { assigned: answer.assigned, total: answer.total }) : '';
  show(byId('partitions'), table(text('partitions'), [
    { title: text('topic'), class: 'name', cell: line => line.topic },
    { title: text('partition'), number: true, cell: line => String(line.partition) },
    { title: text('state'), cell: state },
    { title: text('offset'), number: true, cell: line => number(line.offset) },
    { title: text('lag'), number: true, cell: line => number(line.lag) },
    { title: text('watermark'), number: true, cell: line => time(line.watermark_ms) },
    { title: text('behind'), number: true, cell: line => line.watermark_ms == null ? absent : duration(Math.max(0, Math.round((nowMs - line.watermark_ms) / 1000) * 1000)) },
    { title: text('late'), number: true, cell: line => number(line.late) },
    { title: text('rejected'), number: true, cell: line => number(line.rejected) },
    { title: text('lost'), number: true, cell: line => line.lost > 0 ? element('span', { class: 'alert' }, number(line.lost)) : number(line.lost) },
    { title: text('lastReject'), cell: line => line.last_reject
      ? element('span', {}, text('atOffset', { reason: line.last_reject.reason, offset: number(line.last_reject.offset) })) : absent },
  ], answer.partitions, text('noPartitions')));
}

function state(line) {
  const [key, color] = !line.assigned ? ['notAssigned', 'bad'] : line.idle ? ['idle', ''] : line.watermark_ms == null ? ['empty', ''] : line.lag > 10_000 ? ['lagging', 'warn'] : ['active', 'good'];
  return element('span', { class: `badge ${color}` }, text(key));
}

export function showOpenWindows(answer) {
  byId('open-sum').textContent = answer.watermark_ms == null ? '' : text('openCount', { n: number(answer.count), time: time(answer.watermark_ms) });
  show(byId('open'), table(text('openWindows'), [
    { title: text('window'), cell: line => `${windowTime(line.window_start, line.window_ms)} – ${windowTime(line.window_start + line.window_ms, line.window_ms)}` },
    { title: text('waitsFor'), cell: line => element('span', { class: `badge ${line.waits_for === 'delivery' ? 'good' : ''}` }, text(line.waits_for === 'delivery' ? 'waitsDelivery' : 'waitsActivity')) },
    { title: text('neededWatermark'), number: true, cell: line => time(line.needed_watermark_ms) },
    { title: text('heldBy'), class: 'name', cell: heldBy },
  ], answer.windows, text('noOpen')));
}

function heldBy(line) {
  if (line.held_by_count === 0) {
    return text('heldByClock');
  }
  const named = line.held_by.slice(0, 3).map(partition => `${partition.topic}[${partition.partition}]`);
  return [named.join(', '), line.held_by_count > named.length ? text('andMore', { n: number(line.held_by_count - named.length) }) : null].filter(Boolean).join(' ');
}

const counts = object => Object.entries(object).map(([name, count]) => `${name} ${number(count)}`).join(', ') || text('none');

/** rates: records a second by topic since the last look; may be empty. */
export function showFacts(status, rates) {
  byId('service-sum').textContent = text('upSince', { time: time(status.started_ms) });
  const kafka = status.kafka;
  const facts = [
    [text('kafka'), [kafka.connected ? text('connected') : element('span', { class: 'alert' }, text('disconnected')),
      kafka.errors > 0 ? `, ${text('kafkaErrors', { n: number(kafka.errors) })}` : null]],
    ...Object.entries(status.records).map(([topic, count]) => [`${text('recordsRead')}, ${topic}`,
      rates[topic] == null ? number(count) : text('recordsRate', { n: number(count), rate: rate(rates[topic]) })]),
    [text('rejectedRecords'), counts(status.rejected)],
    [text('lateFacts'), counts(status.late)],
    [text('duplicates'), counts(status.duplicates)],
    [text('samplesLeftOut'), counts(status.samples_left_out)],
    [text('limited'), counts(status.limited)],
    [text('lost'), status.lost > 0 ? element('span', { class: 'alert' }, number(status.lost)) : text('none')],
    [text('commits'), [kafka.last_commit_ms == null ? text('none')
      : text('commitsValue', { n: number(kafka.commits), age: duration(Math.max(0, Math.round((status.now_ms - kafka.last_commit_ms) / 1000) * 1000)) }),
    kafka.commit_failures > 0 ? element('span', { class: 'alert' }, `, ${text('commitFailures', { n: number(kafka.commit_failures) })}`) : null]],
    [text('rebalances'), number(kafka.rebalances)],
    [text('published'), number(status.windows_published)],
    [text('outputs'), status.outputs.map(output => [output.output, output.queued > 0 ? text('outputQueued', { n: number(output.queued) }) : null,
      output.failures > 0 ? text('outputFailures', { n: number(output.failures) }) : null].filter(Boolean).join(': ')).join(', ')],
  ];
  show(byId('facts'), facts.map(([name, value]) => element('div', {}, element('dt', {}, name), element('dd', {}, value))));
}

export function showSettings(answer) {
  byId('settings-sum').textContent = text('settingsCount', { n: number(answer.settings.length) });
  show(byId('settings'), table(text('settings'), [
    { title: text('setting'), class: 'code', cell: line => line.name },
    { title: text('value'), class: 'code', cell: line => line.value },
    { title: text('source'), class: 'name', cell: line => line.source === 'default' && line.where === 'default' ? text('sourceDefault') : line.where },
  ], answer.settings, text('none')));
}
