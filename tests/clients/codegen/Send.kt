import dev.tideline.client.AvroDuration
import dev.tideline.client.EventOptions
import dev.tideline.client.TidelineClient
import java.time.Duration
import java.time.Instant
import java.time.LocalDate
import java.time.LocalDateTime
import java.time.LocalTime
import java.util.UUID
import tideline.events.EveryThing
import tideline.events.OrderPlaced
import tideline.events.PageVisited
import tideline.events.Purchase
import tideline.events.Signal
import tideline.events.Tracker

/** Sends one event of each kind with the generated tracker and prints the verdicts, by their ids. */
fun main(args: Array<String>) {
  val (url, key, prefix) = args
  val sent = TidelineClient(url, key).use { client ->
    val tracker = Tracker(client)
    val about = { name: String -> EventOptions().eventId("$prefix-$name").userId(prefix) }
    val item = Purchase.Item(sku = "a", price = "-3.50".toBigDecimal())
    listOf(
      tracker.purchase(
        Purchase(12.5, Purchase.Currency.USD, coupon = "naïve ☃", quantity = 3, items = listOf(item)),
        about("full"),
      ),
      tracker.purchase(
        Purchase(amount = -0.25, currency = Purchase.Currency.EUR, items = listOf()),
        about("short"),
      ),
      tracker.everyThing(everyThing(), about("every")),
      tracker.pageVisited(pageVisited(), about("visit")),
      tracker.orderPlaced(order(), about("order")),
      tracker.orderPlaced(OrderPlaced(), about("bare")),
      tracker.signal(signal(), about("signal")),
    )
  }
  val said = sent.map { it.get() }.joinToString(",") { "\"${it.eventId}\":\"${it.fault?.message ?: it.outcome}\"" }
  println("{$said}")
}

private val at = Instant.parse("2026-03-01T12:00:00.250Z")

private fun everyThing(): EveryThing {
  val id = UUID.fromString("018f4e2a-0000-7000-8000-0123456789ab")
  val local = LocalDateTime.parse("2026-03-01T12:00:00.250")
  val time = LocalTime.parse("01:02:03.004")
  return EveryThing(
    boolean = true,
    long = 9007199254740993,
    float = 1.5f,
    bytes = byteArrayOf(0, -1),
    fixed = "abcd".toByteArray(),
    again = "wxyz".toByteArray(),
    map = mapOf("a" to 1, "b" to null),
    deep = listOf(mapOf("k" to listOf("x", "y"))),
    decimal = "-12.345".toBigDecimal(),
    uuid = id,
    uuidFixed = id,
    date = LocalDate.parse("2026-03-01"),
    timeMillis = time,
    timeMicros = time,
    atMillis = at,
    atMicros = at,
    atNanos = at,
    localMillis = local,
    localMicros = local,
    lasting = AvroDuration(1, 2, 3),
    either = EveryThing.EitherLong(7),
    perhaps = EveryThing.PerhapsInner(EveryThing.Inner(x = 5)),
    statedNull = null,
    statedDefault = "said",
    tree = EveryThing.Node(1, EveryThing.Node(2), listOf(EveryThing.Node(3))),
    unknownLogical = "z",
  )
}

private fun pageVisited() =
  PageVisited(
    url = "https://example.com/",
    kind = PageVisited.Kind.AGAIN2,
    n2fa = true,
    naïve = 1.5,
    购买 = 3,
    tags = listOf("a", "b\""),
    when_ = Instant.parse("2026-03-01T12:00:00Z"),
    day = LocalDate.parse("2026-03-01"),
    scores = mapOf("x" to 1.0),
    extra = mapOf("deep" to listOf(null, "y")),
    mixed = PageVisited.Mixed.TRUE,
    amount = PageVisited.AmountPlace(PageVisited.Place("here", PageVisited.Place("there"))),
    position = PageVisited.Position(1.5, -0.25, null, listOf(PageVisited.Place("by"))),
    pair = PageVisited.Pair(9, PageVisited.PairItem2.B),
    item = PageVisited.Item(id = "i", price = 2.5, parts = listOf(PageVisited.Thing("j"))),
  )

private fun order(): OrderPlaced {
  val discount = OrderPlaced.LineDiscount(OrderPlaced.LineDiscountKind.PERCENT, 12.5)
  val line = OrderPlaced.Line("a", UInt.MAX_VALUE, discount, listOf(OrderPlaced.Line("b", 1u)))
  return OrderPlaced(
    orderId = "A-1",
    status = OrderPlaced.Status.PAID,
    lines = listOf(line),
    byShelf = mapOf("top" to OrderPlaced.Line(sku = "c")),
    byNumber = mapOf(-9007199254740993 to "x"),
    byFlag = mapOf(true to ULong.MAX_VALUE),
    byStep = mapOf(7u to OrderPlaced.Status.OPEN),
    coupon = "",
    before = OrderPlaced.Status.UNSPECIFIED,
    tries = 0,
    totalCents = Long.MAX_VALUE,
    big = ULong.MAX_VALUE,
    delta = Long.MIN_VALUE,
    mark = 5u,
    drift = -5,
    code = UInt.MAX_VALUE,
    shift = Int.MIN_VALUE,
    step = -1,
    rate = 0.5f,
    score = -0.0025,
    gift = true,
    token = byteArrayOf(0, -1, 16, 1),
    placedAt = at,
    took = Duration.ofMillis(-1500),
    note = "",
    points = 9007199254740993,
    rank = 0u,
    agreed = false,
    seal = byteArrayOf(-5, -17),
    share = 0.25f,
    extra = mapOf("deep" to listOf(null, "y")),
    anything = listOf(1, "x"),
    list = listOf(true, mapOf("a" to 1)),
    other = mapOf("@type" to "type.googleapis.com/google.protobuf.Duration", "value" to "3s"),
    changed = "orderId,status",
    nothing = OrderPlaced.Empty(),
    stops = listOf(Instant.parse("2026-03-01T12:00:00Z")),
    pages = listOf(byteArrayOf(1), byteArrayOf()),
    payment = OrderPlaced.PaymentPointsSpent(9007199254740993),
    n2ndName = "old",
    elsewhere = OrderPlaced.Other("p", OrderPlaced.OtherOnlyOrder(OrderPlaced(orderId = "in"))),
  )
}

private fun signal() =
  Signal(
    class_ = "c",
    type = 0,
    mood = Signal.Mood.NONE,
    inner = Signal.Inner(Signal("d", -1, mood = Signal.Mood.OPTION, inner = Signal.Inner())),
    part = Signal.Part(on = false),
    v = Signal.VSelf("me"),
    added = "x",
  )
