/** What a client is printed with besides its events. */
export interface PrintOptions {
  /** The name of Go's, Java's and Kotlin's package. */
  readonly packageName: string;
}
