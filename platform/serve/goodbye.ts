import { constants, type ServerHttp2Session } from "node:http2";

/** A client that asks for nothing for so long is told that the session ends; so is one of HTTP/1.1. */
export const quietMs = 250;
/** How long a client's answer is waited for: Node reads none once the last request of the session is answered. */
const answerMsMax = 1_500;

/**
 * Asks the clients of HTTP/2 sessions for no more requests, and resolves once they have heard it. Sessions that are
 * just closed refuse what is on its way, which some clients report as an internal error. This is the graceful end of
 * RFC 9113, section 6.8: a GOAWAY that refuses nothing, and a round trip later the one that closes, which is the
 * caller's to send. What can still be refused is a request of a client that has others running at the same time, and
 * it is refused in the way that says that it was not begun.
 */
export async function sayGoodbye(sessions: Iterable<ServerHttp2Session>): Promise<void> {
  await Promise.all(Array.from(sessions, tell));
}

/**
 * Tells one client, with its next request where it makes one soon: while it waits for an answer it is not about to
 * make another. Clients on Node fail a request that they have begun and not yet sent when a GOAWAY is read.
 */
async function tell(session: ServerHttp2Session): Promise<void> {
  if (session.closed || session.destroyed) return;
  await within(quietMs, session, (done) => session.once("stream", done));
  await within(answerMsMax, session, (done) => {
    session.goaway(constants.NGHTTP2_NO_ERROR, streamIdMax);
    // Its answer comes after all that the client sent before it read the GOAWAY.
    session.ping(done);
  });
}

const streamIdMax = 2 ** 31 - 1;

/** Resolves when what is begun is done, when the session closes, and at the latest after `msMax`. */
function within(
  msMax: number,
  session: ServerHttp2Session,
  begin: (done: () => void) => void,
): Promise<void> {
  return new Promise((resolve) => {
    const late = setTimeout(end, msMax);
    function end(): void {
      clearTimeout(late);
      session.removeListener("close", end);
      session.removeListener("stream", end);
      resolve();
    }
    session.once("close", end);
    try {
      begin(end);
    } catch {
      // The session is ending already.
      end();
    }
  });
}
