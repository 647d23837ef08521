import OCIRegistry

/// Compares claims with what registries serve. It only reads.
struct Verifier {
    private struct Content: Hashable {
        var repository: String
        var digest: Digest
    }

    let session: Session
    let isDeep: Bool
    let isAnonymous: Bool
    /// What was found so far.
    private(set) var report: VerifyReport
    /// Content that was looked at: claims may share it.
    private var seen: Set<Content> = []

    init(_ session: Session, deep: Bool, anonymous: Bool) {
        self.session = session
        isDeep = deep
        isAnonymous = anonymous
        report = VerifyReport(anonymous: anonymous, deep: deep)
    }

    /// Checks one claim. A registry that cannot be asked does not end it.
    mutating func check(_ claim: Claim) async throws {
        report.findings += claim.findings
        let answers = try await ask(claim.places)
        var seen: [Manifest?] = []
        for (place, answer) in zip(claim.places, answers) {
            seen.append(try note(place, answer))
        }
        let first = seen.firstIndex { $0 != nil }
        let expected = claim.digest ?? first.flatMap { seen[$0]?.digest }
        if expected == nil, claim.isOptional { return }
        let model = claim.digest == nil ? first.map { claim.places[$0].reference } : nil
        var repositories: [(Reference, Manifest?)] = []
        for (index, place) in claim.places.enumerated() {
            guard case .success = answers[index] else { continue }
            compare(place, seen[index], expected, model)
            // Where a tag is another or none, so may be the digest; the tag's finding tells it.
            let holds = seen[index]?.digest == expected || claim.digest != nil
            var name = place.reference
            name.tag = nil
            if holds, let expected, !repositories.contains(where: { $0.0 == name }) {
                repositories.append((name, seen[index]?.digest == expected ? seen[index] : nil))
            }
        }
        guard let expected else { return }
        for (name, manifest) in repositories {
            try await checkContent(of: expected, in: name, manifest, claim.facts)
        }
    }

    /// Takes it for a difference when nothing of what was named is there.
    mutating func noteAbsence(of subjects: [String]) {
        guard report.checked.isEmpty, report.findings.isEmpty, report.failures.isEmpty else {
            return
        }
        report.findings += subjects.map {
            Finding(.missing, $0, note: "none of its rolling tags is anywhere")
        }
    }

    /// What each tag names, asked eight at a time.
    private func ask(_ places: [Claim.Place]) async throws -> [Result<Manifest?, OCIError>] {
        var answers: [Result<Manifest?, OCIError>] = []
        for start in stride(from: 0, to: places.count, by: 8) {
            let batch = Array(places[start..<min(start + 8, places.count)])
            answers += try await withThrowingTaskGroup(
                of: (Int, Result<Manifest?, OCIError>).self
            ) { group in
                for (index, place) in batch.enumerated() {
                    group.addTask {
                        guard let tag = place.reference.tag else { return (index, .success(nil)) }
                        do {
                            let repository = session.repository(place.reference)
                            return (index, .success(try await repository.manifest("\(tag)")))
                        } catch let error as OCIError {
                            return (index, .failure(error))
                        }
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
                    .sorted { $0.0 < $1.0 }.map(\.1)
            }
        }
        return answers
    }

    /// Takes down what went wrong with an answer; gives the manifest in it.
    private mutating func note(
        _ place: Claim.Place, _ answer: Result<Manifest?, OCIError>
    ) throws -> Manifest? {
        switch answer {
        case .success(let manifest):
            if let manifest {
                report.checked.append(
                    .init(reference: "\(place.reference)", digest: manifest.digest))
            }
            return manifest
        case .failure(let error):
            take(error, "\(place.reference)")
            return nil
        }
    }

    /// An error that is a difference becomes a finding, any other a failure.
    private mutating func take(_ error: OCIError, _ reference: String) {
        switch error.kind {
        case .denied where isAnonymous:
            let status = error.exchange?.status.map { "HTTP \($0): " } ?? ""
            report.findings.append(
                Finding(.denied, reference, note: "\(status)not for those without credentials"))
        case .badData:
            report.findings.append(Finding(.corrupt, reference, note: error.message))
        default: report.failures.append(error)
        }
    }

    private mutating func compare(
        _ place: Claim.Place, _ manifest: Manifest?, _ expected: Digest?, _ model: Reference?
    ) {
        guard place.reference.tag != nil, manifest == nil || manifest?.digest != expected else {
            return
        }
        let note = place.note ?? model.map { "\($0) names what is expected" }
        report.findings.append(
            Finding(
                manifest == nil ? .missing : .drift, "\(place.reference)",
                expected: expected.map { "\($0)" }, observed: manifest.map { "\($0.digest)" },
                note: note))
    }

    private mutating func checkContent(
        of digest: Digest, in name: Reference, _ tagged: Manifest?, _ facts: Claim.Facts
    ) async throws {
        let reference = "\(name)@\(digest)"
        do {
            let repository = session.repository(name)
            let found = try await repository.manifest("\(digest)")
            if found == nil {
                report.findings.append(
                    Finding(
                        .missing, reference,
                        note: tagged == nil ? nil : "a tag names it, but by digest it is not there")
                )
            }
            guard let manifest = found ?? tagged else { return }
            report.findings += facts.findings(manifest, reference)
            let key = Content(repository: name.name, digest: digest)
            guard seen.insert(key).inserted else { return }
            if tagged == nil { report.checked.append(.init(reference: reference, digest: digest)) }
            report.add(try await repository.checkContent(of: manifest, deep: isDeep))
        } catch let error as OCIError {
            take(error, reference)
        }
    }
}

extension Claim.Facts {
    /// Where a manifest is other than what is told of it.
    func findings(_ manifest: Manifest, _ reference: String) -> [Finding] {
        var findings: [Finding] = []
        if let mediaType, mediaType != manifest.mediaType {
            findings.append(
                Finding(
                    .drift, reference, expected: "\(mediaType)", observed: "\(manifest.mediaType)",
                    note: "media type"))
        }
        if let size, size != Int64(manifest.bytes.count) {
            findings.append(
                Finding(
                    .size, reference, expected: "\(size)", observed: "\(manifest.bytes.count)"))
        }
        if let config, case .image(let image) = manifest.view, image.config.digest != config {
            findings.append(
                Finding(
                    .drift, reference, expected: "\(config)", observed: "\(image.config.digest)",
                    note: "configuration"))
        }
        return findings
    }
}
