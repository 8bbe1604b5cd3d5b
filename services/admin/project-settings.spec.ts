import { create } from "@bufbuild/protobuf";
import { expect } from "chai";
import {
  PersonalDataAction,
  ProjectSettingsSchema,
  SchemaPolicy,
  WeekStart,
} from "../../gen/ts/tideline/admin/v1/project_pb.js";
import { Fault } from "../../platform/fault.js";
import { completeSettings, maskedChange } from "./project-settings.js";

describe("project settings", () => {
  it("writes out every default", () => {
    expect(completeSettings(undefined)).to.include({
      timeZone: "UTC",
      weekStart: WeekStart.MONDAY,
      schemaPolicy: SchemaPolicy.OPEN,
      keepIp: false,
      clientSessions: false,
      amountProperty: "amount",
    });
  });

  it("refuses zones that the tz database doesn't have", () => {
    for (const timeZone of ["Mars/Olympus", "+05:30", "europe/vienna", "UTC\0"]) {
      const settings = create(ProjectSettingsSchema, { timeZone });
      expect(() => completeSettings(settings), timeZone).to.throw(Fault, "settings.time_zone");
    }
  });

  it("takes out of a request what the mask names, and nothing else", () => {
    const settings = create(ProjectSettingsSchema, { keepIp: true, timeZone: "Mars/Olympus" });
    const change = maskedChange({ name: " Shop ", settings, paths: ["name", "settings.keep_ip"] });
    expect(change).to.deep.equal({ name: "Shop", settings: { keepIp: true } });
  });

  it("takes every setting for the path settings, with defaults for what is not given", () => {
    const settings = create(ProjectSettingsSchema, { timeZone: "Europe/Vienna" });
    const change = maskedChange({ name: "", settings, paths: ["settings"] });
    expect(change).to.deep.equal({
      settings: {
        timeZone: "Europe/Vienna",
        weekStart: WeekStart.MONDAY,
        schemaPolicy: SchemaPolicy.OPEN,
        keepIp: false,
        clientSessions: false,
        amountProperty: "amount",
        personalData: {},
        personalDataDefault: PersonalDataAction.HASH,
      },
    });
  });

  it("sets a named setting back to its default where the request has none", () => {
    const change = maskedChange({ name: "", settings: undefined, paths: ["settings.time_zone"] });
    expect(change).to.deep.equal({ settings: { timeZone: "UTC" } });
  });

  it("refuses an empty mask, an unknown path and a blank name", () => {
    const settings = undefined;
    expect(() => maskedChange({ name: "", settings, paths: [] })).to.throw(Fault, "update_mask");
    expect(() => maskedChange({ name: "", settings, paths: ["settings.__proto__"] })).to.throw(
      Fault,
      "update_mask",
    );
    expect(() => maskedChange({ name: " \t", settings, paths: ["name"] })).to.throw(Fault, "name");
    expect(() => maskedChange({ name: "a\0b", settings, paths: ["name"] })).to.throw(Fault, "name");
  });
});
