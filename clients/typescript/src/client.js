import { base64, openEvent } from "./event.js";
import { TidelineError } from "./verdict.js";
/** Text of one batch, at most; the server takes 4 MiB. */
const BATCH_CHARACTERS_MAX = 1_000_000;
const BACKOFF_MS = 200;
const BACKOFF_MS_MAX = 10_000;
const RETRY_AFTER_MS_MAX = 60_000;
/**
 * Sends events in batches, one batch after the other, in the order in which they came. A batch that the server can't take
 * now is sent again with the same ids, so that nothing is stored twice. Each event's promise resolves to its verdict; one
 * that nobody looks at is no unhandled rejection.
 */
export class TidelineClient {
    #options;
    #onFailure;
    #endpoint;
    #queue = [];
    #timer;
    #sending;
    #isClosed = false;
    constructor(options) {
        const { onFailure, ...rest } = options;
        this.#options = {
            batchEvents: 100,
            batchMs: 10_000,
            queueEvents: 10_000,
            attempts: 6,
            attemptMs: 30_000,
            ...rest,
        };
        if (!(this.#options.batchEvents >= 1 && this.#options.batchEvents <= 1_000)) {
            throw new RangeError("batchEvents: 1 to 1,000");
        }
        this.#onFailure = onFailure;
        this.#endpoint = new URL("v1/events", options.url.endsWith("/") ? options.url : `${options.url}/`).href;
    }
    /** Queues an event with a JSON object as its properties. */
    trackJson(type, properties, options) {
        return this.#track(openEvent(type, `"properties":${properties}`, options));
    }
    /** Queues an event with an Avro datum of a registered schema as its properties. */
    // biome-ignore lint/complexity/useMaxParams: what generated code states of the schema.
    trackAvro(type, schemaId, datum, options) {
        const body = `"avro":{"schemaId":${schemaId},"data":"${base64(datum)}"}`;
        return this.#track(openEvent(type, body, options));
    }
    #track(event) {
        const verdict = new Promise((resolve, reject) => {
            const waiting = { ...event, resolve, reject };
            if (this.#isClosed)
                this.#fail(waiting, new TidelineError("closed", "the client is closed"));
            else if (this.#queue.length >= this.#options.queueEvents) {
                this.#fail(waiting, new TidelineError("queue_full", "too many events wait to be sent"));
            }
            else
                this.#queue.push(waiting);
        });
        verdict.catch(() => undefined);
        if (this.#queue.length >= this.#options.batchEvents)
            void this.#send();
        else if (this.#queue.length > 0)
            this.#timer ??= setTimeout(() => void this.#send(), this.#options.batchMs);
        return verdict;
    }
    #fail({ reject, eventId }, error) {
        reject(error);
        this.#tell(error, eventId);
    }
    /** What the listener throws is its own and stops no batch. */
    #tell(error, eventId) {
        const listener = this.#onFailure;
        if (listener !== undefined)
            queueMicrotask(() => listener(error, eventId));
    }
    /** Resolves when every event that was tracked before has its verdict, or was given up. */
    async flush() {
        while (this.#queue.length > 0 || this.#sending !== undefined)
            await this.#send();
    }
    /** Sends what waits, and takes no more. */
    async close() {
        this.#isClosed = true;
        await this.flush();
    }
    /** Sends the queue; there is one sender at a time. */
    #send() {
        this.#sending ??= this.#drain().finally(() => {
            this.#sending = undefined;
        });
        return this.#sending;
    }
    async #drain() {
        do {
            clearTimeout(this.#timer);
            this.#timer = undefined;
            await this.#settle(this.#nextBatch());
        } while (this.#queue.length > 0);
    }
    #nextBatch() {
        let characters = 0;
        let count = 0;
        for (const { text } of this.#queue) {
            characters += text.length;
            if (count === this.#options.batchEvents || (count > 0 && characters > BATCH_CHARACTERS_MAX))
                break;
            count++;
        }
        return this.#queue.splice(0, count);
    }
    /** Tries a batch until every event has its verdict or is given up. */
    async #settle(batch) {
        let pending = batch;
        for (let attempt = 1; pending.length > 0; attempt++) {
            const isLast = attempt >= this.#options.attempts;
            const answer = await this.#post(pending);
            let retryAfterMs;
            if (answer.kind === "failed") {
                if (isLast || answer.retryAfterMs === undefined) {
                    for (const waiting of pending)
                        this.#fail(waiting, answer.error);
                    return;
                }
                retryAfterMs = answer.retryAfterMs;
            }
            else {
                pending = this.#deliver(pending, answer.verdicts, isLast);
                if (pending.length === 0)
                    return;
            }
            const backoffMs = Math.min(BACKOFF_MS * 2 ** (attempt - 1), BACKOFF_MS_MAX);
            const delayMs = Math.max(retryAfterMs ?? 0, backoffMs * (0.5 + Math.random() / 2));
            await new Promise((resolve) => setTimeout(resolve, delayMs));
        }
    }
    /** Hands out verdicts; what the server would take at another time is returned. */
    #deliver(pending, verdicts, isLast) {
        const again = [];
        pending.forEach((waiting, index) => {
            const { outcome = "OUTCOME_REJECTED", fault } = verdicts[index] ?? {};
            if (fault?.retryable === true && !isLast)
                again.push(waiting);
            else {
                const { eventId } = waiting;
                waiting.resolve(fault === undefined ? { outcome, eventId } : { outcome, fault, eventId });
                if (outcome === "OUTCOME_REJECTED" || outcome === "OUTCOME_QUARANTINED") {
                    const said = `${fault?.reason ?? outcome}: ${fault?.message ?? "not stored"}`;
                    this.#tell(new TidelineError(outcome.toLowerCase(), said), eventId);
                }
            }
        });
        return again;
    }
    async #post(events) {
        const sentTime = JSON.stringify(new Date().toISOString());
        const body = `[${events.map(({ text }) => `${text},"sentTime":${sentTime}}`).join(",")}]`;
        let status;
        let said;
        let retryAfter;
        try {
            const response = await fetch(this.#endpoint, {
                method: "POST",
                headers: { "content-type": "application/json", authorization: `Bearer ${this.#options.key}` },
                body,
                signal: AbortSignal.timeout(this.#options.attemptMs),
            });
            status = response.status;
            retryAfter = response.headers.get("retry-after");
            said = JSON.parse(await response.text());
        }
        catch (cause) {
            const error = new TidelineError("unavailable", "the server did not answer", { cause });
            return { kind: "failed", error, retryAfterMs: 0 };
        }
        return answerOf(status, said, retryAfter);
    }
}
/** Statuses after which another attempt can succeed. */
const retryable = new Set([429, 502, 503, 504]);
function answerOf(status, said, retryAfter) {
    const { verdicts, code, message } = (said ?? {});
    if (status === 200 && Array.isArray(verdicts))
        return { kind: "verdicts", verdicts };
    const error = new TidelineError(code ?? "unknown", message ?? `the server answered ${status}`);
    const seconds = Number(retryAfter ?? 0);
    const waitMs = Number.isFinite(seconds) ? Math.min(seconds * 1_000, RETRY_AFTER_MS_MAX) : 0;
    return { kind: "failed", error, retryAfterMs: retryable.has(status) ? Math.max(0, waitMs) : undefined };
}
