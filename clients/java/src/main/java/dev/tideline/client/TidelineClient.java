package dev.tideline.client;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Sends events in batches from a thread of its own, one batch after the other, in the order in which they came.
 *
 * <p>A batch that the server can't take now is sent again with the same ids, so that nothing is stored twice. Each event's
 * future has its verdict, or a {@link TidelineException}. Closing sends what waits: what is not sent when the process ends is
 * lost. All methods may be called from every thread.
 */
public final class TidelineClient implements AutoCloseable {
  /** Text of one batch, at most; the server takes 4 MiB. */
  private static final int BATCH_CHARACTERS_MAX = 1_000_000;

  private static final long BACKOFF_MS = 200;
  private static final long BACKOFF_MS_MAX = 10_000;
  private static final long RETRY_AFTER_MS_MAX = 60_000;
  private static final Set<Integer> RETRYABLE = Set.of(429, 502, 503, 504);
  private static final SecureRandom RANDOM = new SecureRandom();

  private final HttpClient http = HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(10)).build();
  private final Options options;
  private final URI endpoint;
  private final Deque<Waiting> queue = new ArrayDeque<>();
  private final Thread sender;
  private long firstAtNanos = 0;
  private int flushing = 0;
  private boolean isSending = false;
  private boolean isClosed = false;

  /**
   * How a client sends.
   *
   * @param batchEvents a batch goes out with so many events, at most 1,000,
   * @param batchWait or so long after its first
   * @param queueEvents events that may wait; further ones are refused with "queue_full"
   * @param attempts how often a batch is tried
   * @param attemptTimeout how long one attempt may take
   */
  public record Options(
      int batchEvents, Duration batchWait, int queueEvents, int attempts, Duration attemptTimeout) {
    public Options {
      if (batchEvents < 1 || batchEvents > 1_000) {
        throw new IllegalArgumentException("batchEvents: 1 to 1,000");
      }
    }

    public static Options defaults() {
      return new Options(100, Duration.ofSeconds(10), 10_000, 6, Duration.ofSeconds(30));
    }
  }

  private record Waiting(String eventId, String text, CompletableFuture<Verdict> verdict) {}

  /** The answer to one attempt: verdicts, or why there are none and after how long another can help (-1: never). */
  private record Answer(List<?> verdicts, TidelineException error, long retryAfterMs) {}

  private final String key;

  /** A client with an API key of the scope "ingest". */
  public TidelineClient(String url, String key) {
    this(url, key, Options.defaults());
  }

  public TidelineClient(String url, String key, Options options) {
    this.endpoint = URI.create(url.replaceAll("/+$", "") + "/v1/events");
    this.key = key;
    this.options = options;
    this.sender = new Thread(this::run, "tideline-client");
    this.sender.setDaemon(true);
    this.sender.start();
  }

  /** Queues an event with a JSON object as its properties. */
  public CompletableFuture<Verdict> trackJson(String type, String properties, EventOptions options) {
    return track(type, "\"properties\":" + properties, options);
  }

  /** Queues an event with an Avro datum of a registered schema as its properties. */
  public CompletableFuture<Verdict> trackAvro(String type, int schemaId, byte[] datum, EventOptions options) {
    String data = Base64.getEncoder().encodeToString(datum);
    return track(type, "\"avro\":{\"schemaId\":" + schemaId + ",\"data\":\"" + data + "\"}", options);
  }

  private CompletableFuture<Verdict> track(String type, String body, EventOptions given) {
    EventOptions said = given == null ? new EventOptions() : given;
    String eventId = said.eventIdOr(uuidV7());
    JsonWriter head = new JsonWriter();
    head.json(said.members(type, eventId));
    // Without the brace that closes it: each attempt adds the time of sending.
    String text = head.toString();
    Waiting waiting =
        new Waiting(eventId, text.substring(0, text.length() - 1) + "," + body, new CompletableFuture<>());
    TidelineException refusal = enqueue(waiting);
    if (refusal != null) {
      waiting.verdict.completeExceptionally(refusal);
    }
    return waiting.verdict;
  }

  private synchronized TidelineException enqueue(Waiting waiting) {
    if (isClosed) {
      return new TidelineException("closed", "the client is closed");
    }
    if (queue.size() >= options.queueEvents) {
      return new TidelineException("queue_full", "too many events wait to be sent");
    }
    if (queue.isEmpty()) {
      firstAtNanos = System.nanoTime();
    }
    queue.add(waiting);
    if (queue.size() == 1 || queue.size() >= options.batchEvents) {
      notifyAll();
    }
    return null;
  }

  /** Returns when every event that was tracked before has its verdict, or was given up. */
  public synchronized void flush() throws InterruptedException {
    flushing++;
    notifyAll();
    try {
      while (!queue.isEmpty() || isSending) {
        wait();
      }
    } finally {
      flushing--;
    }
  }

  /** Sends what waits, and takes no more. */
  @Override
  public void close() {
    synchronized (this) {
      isClosed = true;
      notifyAll();
    }
    try {
      sender.join();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    try {
      for (List<Waiting> batch = nextBatch(); !batch.isEmpty(); batch = nextBatch()) {
        settle(batch);
        synchronized (this) {
          isSending = false;
          notifyAll();
        }
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Waits for a batch; empty once the client is closed and nothing waits. */
  private synchronized List<Waiting> nextBatch() throws InterruptedException {
    while (true) {
      long dueMs = options.batchWait.toMillis() - (System.nanoTime() - firstAtNanos) / 1_000_000;
      boolean isDue = isClosed || flushing > 0 || queue.size() >= options.batchEvents || dueMs <= 0;
      if (!queue.isEmpty() && isDue) {
        break;
      }
      if (isClosed) {
        return List.of();
      }
      if (queue.isEmpty()) {
        wait();
      } else {
        wait(dueMs);
      }
    }
    List<Waiting> batch = new ArrayList<>();
    int characters = 0;
    while (!queue.isEmpty() && batch.size() < options.batchEvents) {
      characters += queue.peek().text.length();
      if (!batch.isEmpty() && characters > BATCH_CHARACTERS_MAX) {
        break;
      }
      batch.add(queue.remove());
    }
    firstAtNanos = System.nanoTime();
    isSending = true;
    return batch;
  }

  /** Tries a batch until every event has its verdict or is given up. */
  private void settle(List<Waiting> batch) throws InterruptedException {
    List<Waiting> pending = batch;
    for (int attempt = 1; ; attempt++) {
      boolean isLast = attempt >= options.attempts;
      Answer answer = post(pending);
      if (answer.error == null) {
        pending = deliver(pending, answer.verdicts, isLast);
        if (pending.isEmpty()) {
          return;
        }
      } else if (isLast || answer.retryAfterMs < 0) {
        pending.forEach(waiting -> waiting.verdict.completeExceptionally(answer.error));
        return;
      }
      long backoffMs = Math.min(BACKOFF_MS << Math.min(attempt - 1, 16), BACKOFF_MS_MAX);
      long jitteredMs = ThreadLocalRandom.current().nextLong(backoffMs / 2, backoffMs + 1);
      Thread.sleep(Math.max(answer.retryAfterMs, jitteredMs));
    }
  }

  /** Hands out verdicts; what the server would take at another time is returned. */
  private static List<Waiting> deliver(List<Waiting> pending, List<?> verdicts, boolean isLast) {
    List<Waiting> again = new ArrayList<>();
    for (int index = 0; index < pending.size(); index++) {
      Waiting waiting = pending.get(index);
      Verdict verdict = Verdict.of(index < verdicts.size() ? verdicts.get(index) : null, waiting.eventId);
      if (verdict.fault() != null && verdict.fault().retryable() && !isLast) {
        again.add(waiting);
      } else {
        waiting.verdict.complete(verdict);
      }
    }
    return again;
  }

  private Answer post(List<Waiting> events) throws InterruptedException {
    StringBuilder body = new StringBuilder("[");
    String sent = ",\"sentTime\":\"" + Instant.now() + "\"}";
    for (Waiting event : events) {
      body.append(body.length() > 1 ? "," : "").append(event.text).append(sent);
    }
    HttpRequest request =
        HttpRequest.newBuilder(endpoint)
            .timeout(options.attemptTimeout)
            .header("content-type", "application/json")
            .header("authorization", "Bearer " + key)
            .POST(HttpRequest.BodyPublishers.ofString(body.append("]").toString()))
            .build();
    try {
      return answerOf(http.send(request, HttpResponse.BodyHandlers.ofString()));
    } catch (IOException | IllegalArgumentException unreadable) {
      return new Answer(List.of(), new TidelineException("unavailable", "the server did not answer"), 0);
    }
  }

  private static Answer answerOf(HttpResponse<String> response) {
    int status = response.statusCode();
    Map<?, ?> said = JsonReader.read(response.body()) instanceof Map<?, ?> map ? map : Map.of();
    if (status == 200 && said.get("verdicts") instanceof List<?> verdicts) {
      return new Answer(verdicts, null, 0);
    }
    String code = said.get("code") instanceof String text ? text : "unknown";
    String message = said.get("message") instanceof String text ? text : "the server answered " + status;
    long retryAfterMs = -1;
    if (RETRYABLE.contains(status)) {
      String seconds = response.headers().firstValue("retry-after").orElse("0");
      retryAfterMs =
          seconds.matches("\\d{1,9}") ? Math.min(Long.parseLong(seconds) * 1_000, RETRY_AFTER_MS_MAX) : 0;
    }
    return new Answer(List.of(), new TidelineException(code, message), retryAfterMs);
  }

  /** A UUID of version 7: sorted by its time. */
  static String uuidV7() {
    byte[] bytes = new byte[16];
    RANDOM.nextBytes(bytes);
    ByteBuffer both = ByteBuffer.wrap(bytes);
    long high = System.currentTimeMillis() << 16 | 0x7000L | both.getLong() & 0x0fffL;
    long low = 0x8000_0000_0000_0000L | both.getLong() & 0x3fff_ffff_ffff_ffffL;
    return new UUID(high, low).toString();
  }
}
