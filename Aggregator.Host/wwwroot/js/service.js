// Asks the service. All addresses are relative, so that the page works beneath any path of a reverse proxy.

const patience = 8_000;

async function get(path, parameters = {}) {
  const query = new URLSearchParams(Object.entries(parameters).filter(([, value]) => value != null && value !== ''));
  const answer = await fetch(`${path}${query.size > 0 ? `?${query}` : ''}`, { cache: 'no-store', signal: AbortSignal.timeout(patience) });
  if (!answer.ok) {
    throw new Error(`${path}: ${answer.status}`);
  }
  return answer.json();
}

export const status = () => get('api/status');
export const partitions = () => get('api/partitions');
export const openWindows = () => get('api/open-windows');
export const settings = () => get('api/settings');

/**
 * The windows of the total or of one dimension set, kept up to date: asks for what has changed only, and keeps what it has when the service starts anew,
 * whose own memory is empty then.
 */
export class Windows {
  #byStart = new Map();
  #cursor = null;

  /** group: names of dimensions with commas, null for the total; limit: windows to keep; most: groups to show. */
  constructor(group, limit, most) {
    this.most = most;
    this.group = group;
    this.limit = limit;
    this.leftOut = 0;
    this.sizeMs = 0;
  }

  /** Results by the start of their window, in order; of a dimension set a Map of results by group. */
  get list() {
    return [...this.#byStart.values()];
  }

  async update() {
    const answer = await get('api/windows', { group: this.group, top: this.group ? this.most : null, limit: this.limit, after: this.#cursor });
    if (this.sizeMs !== answer.window_ms) {
      this.#byStart.clear();
      this.sizeMs = answer.window_ms;
    }
    this.#cursor = answer.cursor;
    this.leftOut = answer.groups_left_out;
    for (const result of answer.windows) {
      if (!this.#byStart.has(result.window_start)) {
        this.#byStart.set(result.window_start, { start: result.window_start, groups: new Map() });
      }
      this.#byStart.get(result.window_start).groups.set(Object.values(result.group).join('\u0000'), result);
    }
    if (answer.windows.length > 0) {
      this.#byStart = new Map([...this.#byStart.entries()].sort(([left], [right]) => left - right).slice(-this.limit));
    }
    return answer.windows.length > 0;
  }
}
