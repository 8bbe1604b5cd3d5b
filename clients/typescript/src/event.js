import { msOf } from "./values.js";
/** `body` is the member that holds the properties, such as `"properties":{}`. */
export function openEvent(type, body, options = {}) {
    const { userId, anonymousId, sessionId, time, context } = options;
    const eventId = options.eventId ?? uuidV7();
    const clientTime = new Date(time === undefined ? Date.now() : msOf(time)).toISOString();
    const head = JSON.stringify({ eventId, type, userId, anonymousId, sessionId, clientTime, context });
    return { eventId, text: `${head.slice(0, -1)},${body}` };
}
/** A UUID of version 7: sorted by its time. */
export function uuidV7(nowMs = Date.now()) {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    for (let index = 0; index < 6; index++)
        bytes[index] = Math.floor(nowMs / 2 ** (8 * (5 - index))) % 256;
    bytes[6] = 0x70 | ((bytes[6] ?? 0) & 0x0f);
    bytes[8] = 0x80 | ((bytes[8] ?? 0) & 0x3f);
    const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}
/** Bytes in base64. */
export function base64(bytes) {
    let binary = "";
    for (let at = 0; at < bytes.length; at += 8_192) {
        binary += String.fromCharCode(...bytes.subarray(at, at + 8_192));
    }
    return btoa(binary);
}
