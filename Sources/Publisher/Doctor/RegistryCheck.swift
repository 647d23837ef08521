import OCIRegistry

/// All that is looked at in one registry; what builds on an answer is left out where none came.
enum RegistryCheck {
    static func run(_ target: DoctorTarget, _ session: Session) async -> [Diagnosis] {
        let address = await AddressCheck.run(target, session)
        guard let probe = address.found else { return [address.diagnosis] }
        let found = await TimeLimit.check.attempt { try await session.credentials(target.host) }
        let credentials = (try? found.get().credentials) ?? .anonymous
        let gitea = await GiteaCheck.run(target, probe, credentials, session)
        let tokens = TokenServiceCheck(
            host: target.host, probe: probe, hasCredentials: credentials != .anonymous)
        let access = await CredentialsCheck.run(
            target, found, isGitea: gitea.isGitea, session)
        return [address.diagnosis, tokens.diagnosis]
            + [ClockCheck(host: target.host, lead: probe.clockLead).diagnosis]
            + gitea.diagnoses + access.diagnoses
    }
}
