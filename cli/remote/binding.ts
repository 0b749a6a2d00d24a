/**
 * What a binding is: how one operation is asked of a server, and its output read back from the answer.
 */

/** A request below the API's base path. */
export interface RemoteRequest {
  /** For the braces of the path. */
  readonly params?: Readonly<Record<string, string>>;
  /** What is undefined is not sent; lists are repeated. */
  readonly query?: Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>;
  /** Sent as JSON. */
  readonly body?: unknown;
}

/** What a server answered when it succeeded. */
export interface RemoteAnswer {
  readonly text: string;
  /** The text as JSON. */
  // deno-lint-ignore no-explicit-any -- an answer of the API, whose routes are tested to be in this shape.
  readonly json: any;
}

/** One operation over HTTP. The route of the same name has the same method and path; a test holds them together. */
export interface Binding<Input, Output> {
  readonly method: "get" | "post" | "put" | "delete";
  readonly path: `/${string}`;
  /** Pages are read until there are as many as the query's `limit`, or all, and answered as one. */
  readonly is_paged?: true;
  readonly toRequest: (input: Input) => RemoteRequest;
  readonly fromAnswer: (answer: RemoteAnswer, input: Input) => Output;
}

/** A binding whose types were checked where it was written. */
export type AnyBinding = Binding<never, unknown>;
