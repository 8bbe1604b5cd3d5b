import { type FormEvent, useState } from "react";

/** Asks for an API key. */
export function KeyForm({ refusal, onKey }: { refusal: string; onKey: (key: string) => void }) {
  const [text, setText] = useState("");
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (text.trim() !== "") onKey(text.trim());
  };
  return (
    <main className="gate">
      <form className="card" onSubmit={submit}>
        <img src="/mark.svg" alt="" width="48" height="48" />
        <h1>Tideline</h1>
        <p>
          See a project's events as they come in. You need an API key with the scope <code>query</code>: the
          start command prints one, and <code>npx tideline keys create</code> makes another.
        </p>
        <label htmlFor="key">API key</label>
        <input
          id="key"
          type="password"
          autoComplete="off"
          placeholder="tl_…"
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
        {refusal === "" ? null : (
          <p role="alert" className="refusal">
            {refusal}
          </p>
        )}
        <button type="submit">Watch</button>
      </form>
    </main>
  );
}
