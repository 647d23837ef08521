import ConfigurationFile
import OCIRegistry

/// Reads the file of `--faults`: YAML of at most 1 MiB, a list of faults under `faults`.
///
/// ```yaml
/// faults:
///   - {on: "PUT /v2/**/manifests/*", times: 2, status: 503, headers: {Retry-After: "1"}, body: busy}
///   - {on: "POST", refuse: 413}                              # as status, before the body was read
///   - {on: "PATCH", skip: 1, drop-after-receiving: 64KiB}    # resets the connection
///   - {on: "GET /v2/**/blobs/**", drop-after-sending: 1000}  # hangs up
///   - {on: "GET /v2/**/blobs/**", truncate: 1000}            # ends the body early
///   - {on: "GET /v2/**/blobs/**", corrupt: 10}               # flips a bit of the reply's byte 10
///   - {on: "PATCH", corrupt-request: 10}                     # flips a bit of the request's byte 10
///   - {on: "GET /v2/**/manifests/*", replace-body: "{}"}
///   - {on: "POST", rewrite-headers: {Location: /elsewhere, Docker-Upload-UUID: null}}  # null removes
///   - {on: "PUT /v2/**", lose-reply: true}                   # does the work, then resets
///   - {on: "DELETE /v2/**", status: 405, times: always}
///   - {on: "GET /v2/**", delay: 500ms, times: always}        # ms, s or m
///   - {on: "PATCH /v2/**", throttle: 1MB/s}                  # both directions
///   - {on: "POST /v2/**/uploads/?mount=*", expire-tokens: true}
/// ```
///
/// `on` is a ``RequestPattern``; without it, every request fits. `skip` lets the first so many
/// through (0), `times` is how many are spoiled after those (1, or `always`). Each fault has exactly
/// one action; ``Fault/Action`` says what each does. Sizes take B, kB, MB, GB, KiB, MiB, GiB.
enum FaultFile {
    /// Reads a file. Throws ``OCIError`` that names the file, the line and the cure.
    static func read(_ path: String) async throws(OCIError) -> [Fault] {
        try faults(await ConfigurationNode.read(path))
    }

    /// Reads text; `name` stands for the file in errors. Throws ``OCIError`` (configuration).
    static func parse(_ text: String, name: String) throws(OCIError) -> [Fault] {
        try faults(ConfigurationNode.parse(text, name: name))
    }

    private static func faults(_ document: ConfigurationNode?) throws(OCIError) -> [Fault] {
        guard let document else { return [] }
        try document.allow(["faults"])
        guard let list = document["faults"] else {
            throw document.error("there is no \"faults\"", "write the list under \"faults:\"")
        }
        guard let entries = list.items else {
            if list.isNull { return [] }
            throw list.error("\"faults\" is not a list", "start every fault with \"- \"")
        }
        var faults: [Fault] = []
        for entry in entries { faults.append(try Fault(entry.called("a fault"))) }
        return faults
    }
}
