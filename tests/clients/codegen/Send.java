import dev.tideline.client.AvroDuration;
import dev.tideline.client.EventOptions;
import dev.tideline.client.TidelineClient;
import dev.tideline.client.Verdict;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import tideline.events.EveryThing;
import tideline.events.OrderPlaced;
import tideline.events.PageVisited;
import tideline.events.Purchase;
import tideline.events.Signal;
import tideline.events.Tracker;

/** Sends one event of each kind with the generated tracker and prints the verdicts, by their ids. */
final class Send {
  public static void main(String[] args) throws Exception {
    String prefix = args[2];
    List<CompletableFuture<Verdict>> sent = new ArrayList<>();
    try (TidelineClient client = new TidelineClient(args[0], args[1])) {
      Tracker tracker = new Tracker(client);
      Purchase.Item item = Purchase.Item.builder().sku("a").price(new BigDecimal("-3.50")).build();
      Purchase full =
          Purchase.builder()
              .amount(12.5)
              .currency(Purchase.Currency.USD)
              .coupon("naïve ☃")
              .quantity(3)
              .items(List.of(item))
              .build();
      sent.add(tracker.purchase(full, about(prefix, "full")));
      Purchase brief =
          Purchase.builder().amount(-0.25).currency(Purchase.Currency.EUR).items(List.of()).build();
      sent.add(tracker.purchase(brief, about(prefix, "short")));
      sent.add(tracker.everyThing(everyThing(), about(prefix, "every")));
      sent.add(tracker.pageVisited(pageVisited(), about(prefix, "visit")));
      sent.add(tracker.orderPlaced(order(), about(prefix, "order")));
      sent.add(tracker.orderPlaced(OrderPlaced.builder().build(), about(prefix, "bare")));
      sent.add(tracker.signal(signal(), about(prefix, "signal")));
    }
    List<String> said = new ArrayList<>();
    for (CompletableFuture<Verdict> one : sent) {
      Verdict verdict = one.get();
      String text = verdict.fault() == null ? verdict.outcome() : verdict.fault().message();
      said.add("\"" + verdict.eventId() + "\":\"" + text + "\"");
    }
    System.out.println("{" + String.join(",", said) + "}");
  }

  private static EventOptions about(String prefix, String name) {
    return new EventOptions().eventId(prefix + "-" + name).userId(prefix);
  }

  private static EveryThing everyThing() {
    Map<String, Long> map = new LinkedHashMap<>();
    map.put("a", 1L);
    map.put("b", null);
    UUID id = UUID.fromString("018f4e2a-0000-7000-8000-0123456789ab");
    Instant at = Instant.parse("2026-03-01T12:00:00.250Z");
    LocalDateTime local = LocalDateTime.parse("2026-03-01T12:00:00.250");
    EveryThing.Node leaf = EveryThing.Node.builder().value(3).build();
    EveryThing.Node next = EveryThing.Node.builder().value(2).build();
    return EveryThing.builder()
        .boolean_(true)
        .long_(9007199254740993L)
        .float_(1.5f)
        .bytes(new byte[] {0, (byte) 255})
        .fixed("abcd".getBytes(StandardCharsets.US_ASCII))
        .again("wxyz".getBytes(StandardCharsets.US_ASCII))
        .map(map)
        .deep(List.of(Map.of("k", List.of("x", "y"))))
        .decimal(new BigDecimal("-12.345"))
        .uuid(id)
        .uuidFixed(id)
        .date(LocalDate.parse("2026-03-01"))
        .timeMillis(LocalTime.parse("01:02:03.004"))
        .timeMicros(LocalTime.parse("01:02:03.004"))
        .atMillis(at)
        .atMicros(at)
        .atNanos(at)
        .localMillis(local)
        .localMicros(local)
        .lasting(new AvroDuration(1, 2, 3))
        .either(new EveryThing.EitherLong(7))
        .perhaps(new EveryThing.PerhapsInner(EveryThing.Inner.builder().x(5).build()))
        .statedDefault("said")
        .tree(EveryThing.Node.builder().value(1).next(next).children(List.of(leaf)).build())
        .unknownLogical("z")
        .build();
  }

  private static PageVisited pageVisited() {
    PageVisited.Place within = PageVisited.Place.builder().name("there").build();
    PageVisited.Place by = PageVisited.Place.builder().name("by").build();
    PageVisited.Thing part = PageVisited.Thing.builder().id("j").build();
    return PageVisited.builder()
        .url("https://example.com/")
        .kind(PageVisited.Kind.AGAIN2)
        .n2fa(true)
        .naïve(1.5)
        .购买(3L)
        .tags(List.of("a", "b\""))
        .when(Instant.parse("2026-03-01T12:00:00Z"))
        .day(LocalDate.parse("2026-03-01"))
        .scores(Map.of("x", 1.0))
        .extra(Map.of("deep", Arrays.asList(null, "y")))
        .mixed(PageVisited.Mixed.TRUE)
        .amount(new PageVisited.AmountPlace(PageVisited.Place.builder().name("here").within(within).build()))
        .position(
            PageVisited.Position.builder().latitude(1.5).longitude(-0.25).rest(List.of(by)).build())
        .pair(PageVisited.Pair.builder().item1(9).item2(PageVisited.PairItem2.B).build())
        .item(PageVisited.Item.builder().id("i").price(2.5).parts(List.of(part)).build())
        .build();
  }

  private static OrderPlaced order() {
    BigInteger most = BigInteger.TWO.pow(64).subtract(BigInteger.ONE);
    OrderPlaced.LineDiscount discount =
        OrderPlaced.LineDiscount.builder().kind(OrderPlaced.LineDiscountKind.PERCENT).by(12.5).build();
    OrderPlaced.Line part = OrderPlaced.Line.builder().sku("b").quantity(1L).build();
    OrderPlaced.Line line =
        OrderPlaced.Line.builder()
            .sku("a")
            .quantity(4_294_967_295L)
            .discount(discount)
            .parts(List.of(part))
            .build();
    OrderPlaced within = OrderPlaced.builder().orderId("in").build();
    return OrderPlaced.builder()
        .orderId("A-1")
        .status(OrderPlaced.Status.PAID)
        .lines(List.of(line))
        .byShelf(Map.of("top", OrderPlaced.Line.builder().sku("c").build()))
        .byNumber(Map.of(-9007199254740993L, "x"))
        .byFlag(Map.of(true, most))
        .byStep(Map.of(7L, OrderPlaced.Status.OPEN))
        .coupon("")
        .before(OrderPlaced.Status.UNSPECIFIED)
        .tries(0)
        .totalCents(Long.MAX_VALUE)
        .big(most)
        .delta(Long.MIN_VALUE)
        .mark(BigInteger.valueOf(5))
        .drift(-5L)
        .code(4_294_967_295L)
        .shift(Integer.MIN_VALUE)
        .step(-1)
        .rate(0.5f)
        .score(-0.0025)
        .gift(true)
        .token(new byte[] {0, (byte) 255, 16, 1})
        .placedAt(Instant.parse("2026-03-01T12:00:00.250Z"))
        .took(Duration.ofMillis(-1500))
        .note("")
        .points(9007199254740993L)
        .rank(BigInteger.ZERO)
        .agreed(false)
        .seal(new byte[] {(byte) 251, (byte) 239})
        .share(0.25f)
        .extra(Map.of("deep", Arrays.asList(null, "y")))
        .anything(List.of(1, "x"))
        .list(List.of(true, Map.of("a", 1)))
        .other(Map.of("@type", "type.googleapis.com/google.protobuf.Duration", "value", "3s"))
        .changed("orderId,status")
        .nothing(OrderPlaced.Empty.builder().build())
        .stops(List.of(Instant.parse("2026-03-01T12:00:00Z")))
        .pages(List.of(new byte[] {1}, new byte[0]))
        .payment(new OrderPlaced.PaymentPointsSpent(9007199254740993L))
        .n2ndName("old")
        .elsewhere(
            OrderPlaced.Other.builder().payment("p").only(new OrderPlaced.OtherOnlyOrder(within)).build())
        .build();
  }

  private static Signal signal() {
    Signal.Inner none = Signal.Inner.builder().build();
    Signal again =
        Signal.builder().class_("d").type(-1).mood(Signal.Mood.OPTION).inner(none).build();
    return Signal.builder()
        .class_("c")
        .type(0)
        .mood(Signal.Mood.NONE)
        .inner(Signal.Inner.builder().again(again).build())
        .part(Signal.Part.builder().on(false).build())
        .v_(new Signal.VSelf("me"))
        .added("x")
        .build();
  }
}
