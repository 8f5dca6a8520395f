import com.sun.management.GarbageCollectionNotificationInfo;
import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import javax.management.NotificationEmitter;
import javax.management.openmbean.CompositeData;

/** What this process used, as a row of the table of `drain`: after the first quarter, and in brackets from the start of reading on. */
final class Figures {
  private final Sample start = new Sample(0);
  private Sample quarter;
  private volatile long longestPause;
  private volatile long longestPauseSince;

  Figures() {
    for (GarbageCollectorMXBean collector : ManagementFactory.getGarbageCollectorMXBeans()) {
      ((NotificationEmitter) collector).addNotificationListener((notification, unused) -> {
        if (notification.getType().equals(GarbageCollectionNotificationInfo.GARBAGE_COLLECTION_NOTIFICATION)) {
          long took = GarbageCollectionNotificationInfo.from((CompositeData) notification.getUserData()).getGcInfo().getDuration();
          longestPause = Math.max(longestPause, took);
          longestPauseSince = Math.max(longestPauseSince, took);
        }
      }, null, null);
    }
  }

  void look(long read, long records) {
    if (quarter == null && read >= records / 4) {
      quarter = new Sample(read);
      longestPauseSince = 0;
    }
  }

  void print(String way, long records) throws IOException {
    Sample end = new Sample(records);
    long count = records - quarter.records;
    String rate = String.format(Locale.ROOT, "%,.0f", count / ((end.at - quarter.at) / 1e9));
    String cpu = String.format(Locale.ROOT, "%.2f (%.2f)", (end.cpu - quarter.cpu) / 1e3 / count, (end.cpu - start.cpu) / 1e3 / records);
    String garbage = String.format(Locale.ROOT, "%.1f", (double) (end.allocated - quarter.allocated) / count);
    String pauses = longestPauseSince + " (" + longestPause + ")";
    System.out.println(String.format(Locale.ROOT, "%-32s %12s %16s %16s %12d %22s %12s", way, rate, cpu, garbage, peakMegabytes(), pauses, ""));
  }

  private static long peakMegabytes() throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
      if (line.startsWith("VmHWM:")) {
        return Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024 / 1_000_000;
      }
    }
    return 0;
  }

  private static final class Sample {
    private final long records;
    private final long at = System.nanoTime();
    private final long cpu = ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime();
    private final long allocated = ((ThreadMXBean) ManagementFactory.getThreadMXBean()).getThreadAllocatedBytes(Thread.currentThread().getId());

    Sample(long records) {
      this.records = records;
    }
  }
}
