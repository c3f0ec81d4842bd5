/** What a client asks of a server. */
export interface TransportRequest {
  readonly method: 'GET' | 'POST' | 'DELETE'
  /** Path and query, with the leading slash, ready for the request line. */
  readonly path: string
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  /** Sent chunk by chunk, pulled no faster than the connection takes it. Absent: no body. */
  readonly body?: AsyncIterable<Uint8Array>
  /** Ends the request, and the reading of its answer. */
  readonly signal?: AbortSignal
}

/** What a server answered. The connection is held until `body` has been read to its end, or its iteration ended. */
export interface TransportResponse {
  readonly status: number
  /** The value of a header by its name in lower case; several lines are joined by `, `. */
  header(name: string): string | undefined
  /** To be iterated once. Throws TransportError when the answer is cut short. */
  readonly body: AsyncIterable<Uint8Array>
  /**
   * The lines of a trailer by its name in lower case, known once `body` has been read to its end. Always empty where
   * the platform hides trailers (`fetch`).
   */
  trailer(name: string): string[]
}

/**
 * A way to one server. Throws TransportError for whatever kept it from getting an answer: an answer with an error
 * status is an answer.
 */
export interface Transport {
  /** Scheme and authority that messages show, e.g. `http://127.0.0.1:9094`. */
  readonly origin: string
  request(request: TransportRequest): Promise<TransportResponse>
  /** Closes idle connections. */
  close(): Promise<void>
}
