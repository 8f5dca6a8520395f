/** Hashes with a value each, in open addressing; 0 stands for an empty slot. */
final class Ids {
  long[] keys = new long[1024];
  long[] values = new long[1024];
  int count;

  /** Whether it is new. */
  boolean add(long key, long value) {
    int slot = slot(key);
    if (keys[slot] == key) {
      return false;
    }
    keys[slot] = key;
    values[slot] = value;
    if (++count > keys.length / 2) {
      grow();
    }
    return true;
  }

  void addLeast(long key, long value) {
    if (!add(key, value)) {
      int slot = slot(key);
      values[slot] = Math.min(values[slot], value);
    }
  }

  long get(long key) {
    int slot = slot(key);
    return keys[slot] == key ? values[slot] : Long.MAX_VALUE;
  }

  private int slot(long key) {
    int slot = (int) (key ^ key >>> 29) & keys.length - 1;
    while (keys[slot] != 0 && keys[slot] != key) {
      slot = slot + 1 & keys.length - 1;
    }
    return slot;
  }

  private void grow() {
    long[] oldKeys = keys;
    long[] oldValues = values;
    keys = new long[2 * oldKeys.length];
    values = new long[2 * oldKeys.length];
    for (int i = 0; i < oldKeys.length; i++) {
      if (oldKeys[i] != 0) {
        int slot = slot(oldKeys[i]);
        keys[slot] = oldKeys[i];
        values[slot] = oldValues[i];
      }
    }
  }
}
