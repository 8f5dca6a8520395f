import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * What a team writes by hand in place of the service: one thread, Kafka's own Java client, Jackson's streaming parser, tables of 64-bit hashes. It does less: the total group only, records are
 * taken to be well formed, nothing is committed, limited, counted or published. A job in Flink or Kafka Streams has all of this to do, and its framework's work on top.
 *
 * Arguments: HOST:PORT LATENCY_TOPIC ACK_TOPIC PARTITIONS bare|job RESULTS_FILE
 */
public final class PeerJob {
  private static final long WINDOW = 60_000;
  private static final long LATENESS = 10_000;
  private static final long ACK_TIMEOUT = 60_000;
  private static final int EXACT_MS = 4_096;

  private final JsonFactory json = new JsonFactory();
  private final long[] watermarks;
  private final TreeMap<Long, Activity> activities = new TreeMap<>();
  private final TreeMap<Long, Cohort> cohorts = new TreeMap<>();
  private final TreeMap<Long, Ids> acknowledged = new TreeMap<>();
  private final PrintWriter results;
  private long finalUntil = Long.MIN_VALUE;

  private PeerJob(int partitions, PrintWriter results) {
    this.watermarks = new long[partitions];
    Arrays.fill(watermarks, Long.MIN_VALUE);
    this.results = results;
  }

  public static void main(String[] arguments) throws IOException {
    String latencyTopic = arguments[1];
    int partitions = Integer.parseInt(arguments[3]);
    boolean isJob = arguments[4].equals("job");
    List<TopicPartition> all = new ArrayList<>();
    for (String topic : List.of(latencyTopic, arguments[2])) {
      for (int i = 0; i < partitions; i++) {
        all.add(new TopicPartition(topic, i));
      }
    }
    try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(settings(arguments[0]));
        PrintWriter results = new PrintWriter(Files.newBufferedWriter(Path.of(arguments[5])))) {
      PeerJob job = new PeerJob(2 * partitions, results);
      consumer.assign(all);
      consumer.seekToBeginning(all);
      long records = consumer.endOffsets(all).values().stream().mapToLong(Long::longValue).sum();
      Figures figures = new Figures();
      for (long read = 0; read < records; ) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofSeconds(1))) {
          read++;
          if (isJob) {
            boolean isLatency = record.topic().equals(latencyTopic);
            job.take(record.value(), isLatency, record.partition() + (isLatency ? 0 : partitions));
          }
        }
        job.closeFinal();
        figures.look(read, records);
      }
      figures.print(isJob ? "java: whole job by hand" : "java: bare loop", records);
    }
  }

  private static Map<String, Object> settings(String servers) {
    return Map.of(
        "bootstrap.servers", servers,
        "enable.auto.commit", "false",
        "check.crcs", "false",
        "max.poll.records", "10000",
        "key.deserializer", ByteArrayDeserializer.class,
        "value.deserializer", ByteArrayDeserializer.class);
  }

  private void take(byte[] value, boolean isLatency, int partition) throws IOException {
    long id = 0;
    long time = 0;
    long received = -1;
    double latency = Double.NaN;
    long user = 0;
    long sender = 0;
    boolean isSuccess = true;
    try (JsonParser parser = json.createParser(value)) {
      parser.nextToken();
      for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
        JsonToken token = parser.nextToken();
        switch (name) {
          case "msg_id" -> id = hash(parser);
          case "send_ts", "ack_ts" -> time = parser.getLongValue();
          case "recv_ts" -> received = token == JsonToken.VALUE_NULL ? -1 : parser.getLongValue();
          case "latency" -> latency = token == JsonToken.VALUE_NULL ? Double.NaN : parser.getDoubleValue();
          case "from" -> sender = hash(parser);
          case "to", "uid" -> user = hash(parser);
          case "code" -> isSuccess = isSuccess(parser.getText());
          default -> parser.skipChildren();
        }
      }
    }
    if (isLatency) {
      takeLatency(id, time, received, latency, sender, user, partition);
    } else {
      takeAck(id, time, user, isSuccess, partition);
    }
  }

  private void takeLatency(long id, long sent, long received, double latency, long sender, long user, int partition) {
    long watermark = watermarks[partition];
    boolean isReceived = received >= 0 || !Double.isNaN(latency);
    long sample = Double.isNaN(latency) ? received - sent : (long) Math.floor(latency + 0.5);
    long receivedAt = received >= 0 ? received : sent + sample;
    long window = sent / WINDOW;
    Cohort cohort = (window + 1) * WINDOW + ACK_TIMEOUT > watermark ? cohorts.computeIfAbsent(window, k -> new Cohort()) : null;
    if (cohort != null && cohort.sent.add(id, sent) && sender != 0 && (window + 1) * WINDOW > watermark) {
      activity(window).users.add(sender, 0);
    }
    if (isReceived && (receivedAt / WINDOW + 1) * WINDOW > watermark && (cohort == null || cohort.received.add(id, 0))) {
      Activity activity = activity(receivedAt / WINDOW);
      activity.received++;
      if (user != 0) {
        activity.users.add(user, 0);
      }
      activity.addSample(sample);
    }
    watermarks[partition] = Math.max(watermark, (isReceived ? receivedAt : sent) - LATENESS);
  }

  private void takeAck(long id, long time, long user, boolean isSuccess, int partition) {
    long window = time / WINDOW;
    if ((window + 1) * WINDOW > watermarks[partition]) {
      Activity activity = activity(window);
      if (user != 0) {
        activity.users.add(user, 0);
      }
      if (isSuccess) {
        activity.acks++;
        acknowledged.computeIfAbsent(window, k -> new Ids()).addLeast(id, time);
      }
    }
    watermarks[partition] = Math.max(watermarks[partition], time - LATENESS);
  }

  private Activity activity(long window) {
    return activities.computeIfAbsent(window, k -> new Activity());
  }

  private void closeFinal() {
    long watermark = Long.MAX_VALUE;
    for (long each : watermarks) {
      watermark = Math.min(watermark, each);
    }
    if (watermark == Long.MIN_VALUE || watermark <= finalUntil) {
      return;
    }
    finalUntil = watermark;
    while (!activities.isEmpty() && (activities.firstKey() + 1) * WINDOW + ACK_TIMEOUT <= watermark) {
      long window = activities.firstKey();
      write(window, activities.remove(window), cohorts.remove(window));
      acknowledged.headMap(window).clear();
    }
  }

  private void write(long window, Activity activity, Cohort cohort) {
    long delivered = 0;
    Ids none = new Ids();
    Ids before = acknowledged.getOrDefault(window - 1, none);
    Ids within = acknowledged.getOrDefault(window, none);
    Ids after = acknowledged.getOrDefault(window + 1, none);
    Ids sent = cohort == null ? none : cohort.sent;
    for (int i = 0; i < sent.keys.length; i++) {
      long id = sent.keys[i];
      long until = sent.values[i] + ACK_TIMEOUT;
      if (id != 0 && (before.get(id) <= until || within.get(id) <= until || after.get(id) <= until)) {
        delivered++;
      }
    }
    results.printf(
        Locale.ROOT,
        "{\"window_start\":%d,\"group\":{},\"online_users\":%d,\"received\":%d,\"latency_ms\":{\"p50\":%d,\"p95\":%d,\"p99\":%d,\"max\":%d},\"acks\":%d,\"sent\":%d,\"delivered\":%d}%n",
        window * WINDOW, activity.users.count, activity.received, activity.percentile(0.5), activity.percentile(0.95), activity.percentile(0.99), activity.percentile(1),
        activity.acks, sent.count, delivered);
  }

  private static boolean isSuccess(String code) {
    return code == null || code.isEmpty() || code.equals("0") || code.equalsIgnoreCase("OK");
  }

  private static long hash(JsonParser parser) throws IOException {
    char[] text = parser.getTextCharacters();
    int first = parser.getTextOffset();
    long hash = 0x9E3779B97F4A7C15L;
    for (int i = first; i < first + parser.getTextLength(); i++) {
      hash = (hash ^ text[i]) * 0xff51afd7ed558ccdL;
      hash ^= hash >>> 32;
    }
    return hash == 0 ? 1 : hash;
  }

  private static final class Cohort {
    private final Ids sent = new Ids();
    private final Ids received = new Ids();
  }

  private static final class Activity {
    private final Ids users = new Ids();
    private final int[] samples = new int[EXACT_MS];
    private final TreeMap<Long, Integer> longSamples = new TreeMap<>();
    private long received;
    private long acks;
    private long count;

    void addSample(long sample) {
      if (sample < 0 || sample > 86_400_000) {
        return;
      }
      count++;
      if (sample < EXACT_MS) {
        samples[(int) sample]++;
      } else {
        longSamples.merge(sample, 1, Integer::sum);
      }
    }

    long percentile(double part) {
      long rank = (long) Math.ceil(part * count);
      for (int i = 0; i < EXACT_MS; i++) {
        rank -= samples[i];
        if (rank <= 0) {
          return i;
        }
      }
      for (Map.Entry<Long, Integer> each : longSamples.entrySet()) {
        rank -= each.getValue();
        if (rank <= 0) {
          return each.getKey();
        }
      }
      return 0;
    }
  }
}
