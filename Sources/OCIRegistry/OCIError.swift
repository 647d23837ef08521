/// Why an operation failed, in terms that a person, a script and a maintainer can each use.
///
/// No field ever holds a credential: whoever makes an error redacts first.
public struct OCIError: Error, Sendable, Equatable {
    /// What sort of failure it is; a program maps each kind to one exit code.
    public enum Kind: String, Sendable, CaseIterable {
        /// The caller asked for something that makes no sense.
        case usage
        /// Bytes are not what they claim to be: wrong digest, corrupt archive, illegal name.
        case badData = "bad-data"
        /// A file, image, tag, repository or blob that does not exist.
        case notFound = "not-found"
        /// No connection to the registry or engine could be made.
        case unreachable
        /// A passing fault outlasted every retry.
        case temporary
        /// The other side broke the protocol.
        case protocolViolation = "protocol"
        /// The registry refused these credentials or this identity.
        case denied
        /// A setting on this machine is wrong.
        case configuration
    }

    /// The request that failed, as the maintainer of a registry would want it.
    public struct Exchange: Sendable, Equatable {
        /// The request's method and URL, without query values and user information.
        public var request: String
        /// The response's status code, nil when there was none.
        public var status: Int?
        /// What the registry said, from its error document or its text.
        public var registryMessage: String?
        /// The error codes of the registry's error document. OCI distribution-spec, "Error Codes".
        public var registryCodes: [String]
        /// How many times it was tried.
        public var attempts: Int

        /// Describes one exchange.
        public init(
            request: String, status: Int? = nil, registryMessage: String? = nil,
            registryCodes: [String] = [], attempts: Int = 1
        ) {
            self.request = request
            self.status = status
            self.registryMessage = registryMessage
            self.registryCodes = registryCodes
            self.attempts = attempts
        }
    }

    /// What sort of failure it is.
    public var kind: Kind
    /// What failed, in one sentence without a full stop.
    public var message: String
    /// The reference, file or host that it is about.
    public var subject: String?
    /// The HTTP exchange behind it.
    public var exchange: Exchange?
    /// What to do next.
    public var advice: String?
    /// How long the other side asked to wait, in seconds.
    public var retryAfter: Double?

    /// Makes an error; see the properties for what each part holds.
    public init(
        _ kind: Kind, _ message: String, subject: String? = nil, exchange: Exchange? = nil,
        advice: String? = nil, retryAfter: Double? = nil
    ) {
        self.kind = kind
        self.message = message
        self.subject = subject
        self.exchange = exchange
        self.advice = advice
        self.retryAfter = retryAfter
    }
}

extension OCIError: CustomStringConvertible {
    /// The whole story on a few lines: what, for which reference, how the registry put it, cure.
    public var description: String {
        var text = message
        if let subject { text = "\(subject): \(text)" }
        if let exchange {
            text += "\n  request: \(exchange.request)"
            if let status = exchange.status { text += " -> \(status)" }
            if exchange.attempts > 1 { text += " (\(exchange.attempts) attempts)" }
            if let said = exchange.registryMessage, !said.isEmpty { text += "\n  answer: \(said)" }
        }
        return text + "\n  next: \(advice ?? kind.usualAdvice)"
    }
}

extension OCIError.Kind {
    /// What to do next about an error that knows nothing better.
    fileprivate var usualAdvice: String {
        switch self {
        case .usage: "see the command's --help"
        case .badData: "do not use it as it is: make it or fetch it again"
        case .notFound:
            "check the name; what is private may look like this to those who may not see it"
        case .unreachable: "check that it is up and reachable from here"
        case .temporary: "try again later"
        case .protocolViolation: "tell the operator of the registry, or of a proxy before it"
        case .denied: "check the account's rights"
        case .configuration: "correct it and run again"
        }
    }
}
