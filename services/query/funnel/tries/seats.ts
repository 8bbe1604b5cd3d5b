/** Events of one kind: they fill the same steps, so that one is as good as another. */
export interface Kind {
  /** Bit n is set where they fill step n. */
  readonly mask: number;
  /** How many of them are there. */
  readonly count: number;
}

/**
 * Gives events steps of their own: a matching that grows by one event or one step at a time (Kuhn's algorithm), so that
 * what has a place keeps one.
 */
export class Seats {
  /** The kinds of the events, one entry for each event. */
  readonly #masks: number[];
  /** Step to the index of its event; -1 where it has none. */
  readonly #eventOf: Int32Array;

  constructor(steps: number, masks: number[] = []) {
    this.#masks = masks;
    this.#eventOf = new Int32Array(steps).fill(-1);
  }

  /** Gives a step one of the events, moving others; false where that can't be. */
  fillStep(step: number): boolean {
    return this.#placeStep(step, new Uint8Array(this.#masks.length));
  }

  #placeStep(step: number, seen: Uint8Array): boolean {
    for (let event = 0; event < this.#masks.length; event++) {
      if (seen[event] === 1 || (((this.#masks[event] as number) >>> step) & 1) === 0) continue;
      seen[event] = 1;
      const held = this.#eventOf.indexOf(event);
      if (held >= 0 && !this.#placeStep(held, seen)) continue;
      this.#eventOf[step] = event;
      return true;
    }
    return false;
  }

  /** Adds an event of a kind and gives it a step, moving others; false where that can't be: it is not added. */
  addEvent(mask: number): boolean {
    this.#masks.push(mask);
    if (this.#placeEvent(this.#masks.length - 1, new Uint8Array(this.#eventOf.length))) return true;
    this.#masks.pop();
    return false;
  }

  #placeEvent(event: number, seen: Uint8Array): boolean {
    const mask = this.#masks[event] as number;
    for (let step = 0; step < this.#eventOf.length; step++) {
      if (seen[step] === 1 || ((mask >>> step) & 1) === 0) continue;
      seen[step] = 1;
      const held = this.#eventOf[step] as number;
      if (held >= 0 && !this.#placeEvent(held, seen)) continue;
      this.#eventOf[step] = event;
      return true;
    }
    return false;
  }
}

/**
 * How many steps from `step` on the events fill one after another, each event one of them.
 *
 * @param without a kind of which one event is already used
 */
export function stepsFilled(
  kinds: readonly Kind[],
  { step, steps, without }: { readonly step: number; readonly steps: number; readonly without?: Kind },
): number {
  // More events of a kind than steps are of no use.
  const masks = kinds.flatMap((kind) => {
    const count = kind === without ? kind.count - 1 : kind.count;
    return new Array<number>(Math.min(count, steps)).fill(kind.mask);
  });
  const seats = new Seats(steps, masks);
  let filled = 0;
  while (step + filled < steps && seats.fillStep(step + filled)) filled++;
  return filled;
}
