import { useState } from "react";
import { forgetKey, keepKey, takeKey } from "./key.js";
import { Debugger } from "./parts/debugger.js";
import { Header } from "./parts/header.js";
import { KeyForm } from "./parts/key-form.js";
import { MinuteChart } from "./parts/minute-chart.js";
import { Services } from "./parts/services.js";
import { Tiles } from "./parts/tiles.js";
import { TopList } from "./parts/top-list.js";
import { useLive } from "./use-live.js";
import { countryName } from "./words.js";

export function App() {
  const [key, setKey] = useState(takeKey);
  const [refusal, setRefusal] = useState("");
  if (key === "") {
    const take = (given: string): void => {
      keepKey(given);
      setRefusal("");
      setKey(given);
    };
    return <KeyForm refusal={refusal} onKey={take} />;
  }
  const leave = (reason: string): void => {
    forgetKey();
    setRefusal(reason);
    setKey("");
  };
  return <Live apiKey={key} onLeave={leave} />;
}

function Live({ apiKey, onLeave }: { apiKey: string; onLeave: (reason: string) => void }) {
  const { live, connection } = useLive(apiKey);
  if (connection.state === "refused") {
    return <KeyForm refusal={connection.reason} onKey={(key) => reload(key)} />;
  }
  return (
    <>
      <Header connection={connection} live={live} onLeave={() => onLeave("")} />
      <main>
        <Tiles live={live} />
        <MinuteChart minutes={live.minutes} now={live.time} />
        <div className="columns">
          <TopList title="Event types" noun="event type" counts={live.types} />
          <TopList title="Countries" noun="country" counts={live.countries} nameOf={countryName} />
          <TopList title="Devices" noun="device" counts={live.devices} />
        </div>
        <Debugger verdicts={live.verdicts} outcomes={live.outcomes} />
        <Services services={live.services} now={live.time} />
      </main>
    </>
  );
}

/** Another key: everything starts anew with it. */
function reload(key: string): void {
  keepKey(key);
  location.reload();
}
