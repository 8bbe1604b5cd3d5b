import type { Message } from "@bufbuild/protobuf";

/** The fields of a response, before they are made a message of it. */
export type Answer<T extends Message> = Omit<T, keyof Message>;

/** How many rows a page has where the request doesn't say. */
const PAGE_SIZE = 100;

/** The rows of a page, from a request's page_size. */
export function pageLimit(pageSize: number): number {
  return pageSize === 0 ? PAGE_SIZE : pageSize;
}
