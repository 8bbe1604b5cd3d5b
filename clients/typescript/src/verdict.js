/** Why an event was not sent, or not answered: the server's code in lower case, or the client's own. */
export class TidelineError extends Error {
    name = "TidelineError";
    /** Such as "unauthenticated", "unavailable"; the client's own are "queue_full" and "closed". */
    code;
    constructor(code, message, options) {
        super(message, options);
        this.code = code;
    }
}
