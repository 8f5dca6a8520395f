// Every text of the page, in the language of the browser, and the numbers and times in its habits.

const language = (navigator.languages ?? [navigator.language]).map(tag => tag.toLowerCase().split('-')[0]).find(tag => tag === 'zh' || tag === 'en') ?? 'en';
const locale = language === 'zh' ? 'zh-CN' : navigator.language?.startsWith('en') ? navigator.language : 'en-GB';

let texts = {};
let reasons = [];

/** Loads the dictionary and puts it into the marked elements of the document. */
export async function loadTexts() {
  const answer = await fetch('texts.json');
  const dictionary = await answer.json();
  texts = Object.fromEntries(Object.entries(dictionary.texts).map(([key, text]) => [key, text[language]]));
  reasons = language === 'en' ? [] : dictionary.reasons.map(reason => ({ match: new RegExp(reason.match, 's'), text: reason[language] }));
  document.documentElement.lang = locale;
  for (const element of document.querySelectorAll('[data-text]')) {
    element.textContent = text(element.dataset.text);
  }
  for (const element of document.querySelectorAll('[data-label]')) {
    element.setAttribute('aria-label', text(element.dataset.label));
  }
}

/** The text of a key with its {placeholders} filled in. */
export function text(key, values = {}) {
  return (texts[key] ?? key).replace(/\{(\w+)\}/g, (_, name) => values[name] ?? '');
}

/** A reason of the service, which speaks English; in other languages as far as it is known. */
export function reason(sentence) {
  const known = reasons.find(candidate => candidate.match.test(sentence));
  return known ? sentence.replace(known.match, known.text) : sentence;
}

const whole = new Intl.NumberFormat(locale, { maximumFractionDigits: 0 });
const fine = new Intl.NumberFormat(locale, { maximumFractionDigits: 1 });
const percentage = new Intl.NumberFormat(locale, { style: 'percent', minimumFractionDigits: 2, maximumFractionDigits: 2 });
const shortPercentage = new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 2 });
const change = new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 1, signDisplay: 'exceptZero' });
const compact = new Intl.NumberFormat(locale, { notation: 'compact', maximumFractionDigits: 1 });
const clock = new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' });
const clockShort = new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
const day = new Intl.DateTimeFormat(locale, { month: 'short', day: 'numeric' });
const dayAndTime = new Intl.DateTimeFormat(locale, { month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' });

export const absent = '–';
export const number = value => value == null ? absent : whole.format(value);
export const rate = value => value == null ? absent : value < 100 ? fine.format(value) : whole.format(value);
export const short = value => compact.format(value);
export const percent = value => value == null ? absent : percentage.format(value);
export const percentShort = value => shortPercentage.format(value);
export const relative = value => value == null || !Number.isFinite(value) ? absent : change.format(value);

/** Milliseconds as people say them: 85 ms, 1.24 s, 2.5 min, 3.1 h. */
export function duration(ms) {
  if (ms == null) {
    return absent;
  }
  const [value, unit] = Math.abs(ms) < 1000 ? [ms, 'ms'] : Math.abs(ms) < 120_000 ? [ms / 1000, 's'] : Math.abs(ms) < 7_200_000 ? [ms / 60_000, 'min'] : [ms / 3_600_000, 'h'];
  return `${unit === 'ms' ? fine.format(Math.round(value * 10) / 10) : new Intl.NumberFormat(locale, { maximumSignificantDigits: 3 }).format(value)}\u202f${unit}`;
}

const isToday = ms => new Date(ms).toDateString() === new Date().toDateString();

/** A moment of today by its time, any other with its day. */
export const time = ms => ms == null ? absent : (isToday(ms) ? clock : dayAndTime).format(ms);

/** The beginning of a window: without seconds where windows are whole minutes. */
export const windowTime = (ms, sizeMs) => sizeMs % 60_000 === 0 && isToday(ms) ? clockShort.format(ms) : time(ms);

/** For the axis of times: the day at midnight. */
export const axisTime = (ms, spanMs) => {
  const date = new Date(ms);
  return date.getHours() === 0 && date.getMinutes() === 0 && date.getSeconds() === 0 ? day.format(ms) : (spanMs < 600_000 ? clock : clockShort).format(ms);
};

export const zone = () => Intl.DateTimeFormat().resolvedOptions().timeZone;
