import { FaultReason } from "../../gen/ts/tideline/fault/v1/fault_pb.js";
import { Fault } from "../fault.js";

/** What a call has read of its body and not yet handed on. */
export interface Reading {
  /** Counts bytes that came. @throws Fault OVERLOADED where there is no room for them; they are not to be kept then */
  take(bytes: number): void;
  /** Counts bytes as handed on; all of them where no number is given. */
  giveBack(bytes?: number): void;
}

const retryAfterMs = 1_000;

/**
 * Bounds the bytes of bodies that are being read, over all calls of a process, fairly: an owner may hold as much as is
 * left free, no more. So one that is alone gets a half, n of them get 1/(n+1) each, and there is always room for who
 * comes next (dynamic thresholds, as switches share their buffers: Choudhury and Hahne, 1998).
 */
export class ReadBudget {
  readonly #bytesMax: number;
  readonly #byOwner = new Map<string, number>();
  #bytes = 0;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  /** Bytes that are held now. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Begins a reading for an owner, which is a key or everybody who has none. It has to be given back in the end. */
  open(owner: string): Reading {
    let held = 0;
    return {
      take: (bytes) => {
        const owned = this.#byOwner.get(owner) ?? 0;
        if (owned + bytes > this.#bytesMax - this.#bytes) throw overloaded();
        this.#byOwner.set(owner, owned + bytes);
        this.#bytes += bytes;
        held += bytes;
      },
      giveBack: (bytes = held) => {
        if (bytes === 0) return;
        held -= bytes;
        this.#bytes -= bytes;
        const owned = (this.#byOwner.get(owner) ?? 0) - bytes;
        if (owned > 0) this.#byOwner.set(owner, owned);
        else this.#byOwner.delete(owner);
      },
    };
  }
}

function overloaded(): Fault {
  const facts = { retry_after_ms: String(retryAfterMs) };
  return new Fault(FaultReason.OVERLOADED, "too many bytes are being read; come back", facts);
}
