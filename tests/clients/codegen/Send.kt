import dev.tideline.client.EventOptions
import dev.tideline.client.TidelineClient
import tideline.events.Purchase
import tideline.events.Tracker

/** Sends two events with the generated tracker and prints the verdicts, by their ids. */
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
    )
  }
  val said = sent.map { it.get() }.joinToString(",") { "\"${it.eventId}\":\"${it.fault?.message ?: it.outcome}\"" }
  println("{$said}")
}
