const errorCodes: Record<number, string> = {
  400: "missing_model",
  401: "invalid_api_key",
  403: "unsupported_country_region_territory",
  429: "insufficient_quota",
};

/** The body every endpoint uses for errors. */
export function errorResponse(status: number): Response {
  const code = errorCodes[status] ?? "server_error";
  const type = status >= 500 ? "server_error" : "invalid_request_error";
  return Response.json({ error: { message: `simulated ${code}`, type, param: null, code } }, { status });
}
