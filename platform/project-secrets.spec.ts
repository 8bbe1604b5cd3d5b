import { expect } from "chai";
import { ProjectSecrets } from "./project-secrets.js";

describe("the secrets of projects", () => {
  const secrets = new ProjectSecrets(["a-data-secret-of-a-test"]);
  const text = Buffer.from("ada@example.org");

  it("hash equal texts of a project alike, and no other's", () => {
    const hash = secrets.hash("shop", "ada@example.org");
    expect(hash).to.match(/^[\w-]{22}$/);
    expect(secrets.hash("shop", "ada@example.org")).to.equal(hash);
    expect(secrets.hash("shop", "Ada@example.org")).to.not.equal(hash);
    expect(secrets.hash("bank", "ada@example.org")).to.not.equal(hash);
    expect(new ProjectSecrets(["another-data-secret"]).hash("shop", "ada@example.org")).to.not.equal(hash);
  });

  it("open what they sealed for the same project, and nothing else", () => {
    const sealed = secrets.seal("shop", text);
    expect(sealed.includes(text)).to.equal(false);
    expect(secrets.open("shop", sealed)?.toString()).to.equal("ada@example.org");
    expect(secrets.seal("shop", text).equals(sealed)).to.equal(false);
    expect(secrets.open("bank", sealed)).to.equal(undefined);
    expect(secrets.open("shop", sealed.subarray(0, 20))).to.equal(undefined);
    for (const at of [0, 5, 20, sealed.length - 1]) {
      const changed = Buffer.from(sealed);
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(secrets.open("shop", changed), `byte ${at}`).to.equal(undefined);
    }
  });

  it("can be replaced: what the old one sealed still opens, and hashes stay", () => {
    const sealed = secrets.seal("shop", text);
    const replaced = new ProjectSecrets(["a-newer-data-secret", "a-data-secret-of-a-test"]);
    expect(replaced.open("shop", sealed)?.toString()).to.equal("ada@example.org");
    expect(secrets.open("shop", replaced.seal("shop", text))).to.equal(undefined);
    expect(replaced.hash("shop", "x")).to.equal(secrets.hash("shop", "x"));
  });
});
