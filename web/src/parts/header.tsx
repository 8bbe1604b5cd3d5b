import type { LiveState } from "../live-state.js";
import type { Connection } from "../use-live.js";
import { clock } from "../words.js";

const words = { connecting: "Connecting", live: "Live", waiting: "Reconnecting", refused: "Refused" };

export function Header(props: { connection: Connection; live: LiveState; onLeave: () => void }) {
  const { connection, live, onLeave } = props;
  return (
    <header>
      <img src="/mark.svg" alt="" width="28" height="28" />
      <h1>Tideline</h1>
      <span className={`connection ${connection.state}`} role="status" title={connection.reason}>
        {words[connection.state]}
      </span>
      <span className="server-time">{live.time === 0 ? "" : clock(live.time)}</span>
      <button type="button" className="quiet" onClick={onLeave}>
        Change key
      </button>
    </header>
  );
}
