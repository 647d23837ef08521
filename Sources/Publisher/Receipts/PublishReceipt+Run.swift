extension PublishReceipt.Run {
    /// The run that the environment tells of; nil outside of one. Gitea and Forgejo set GitHub's names.
    init?(environment: [String: String]) {
        func value(_ name: String) -> String? {
            environment[name].flatMap { $0.isEmpty ? nil : $0 }
        }
        guard let id = value("GITHUB_RUN_ID") else { return nil }
        self.init(
            server: value("GITHUB_SERVER_URL"), repository: value("GITHUB_REPOSITORY"),
            workflow: value("GITHUB_WORKFLOW"), job: value("GITHUB_JOB"), id: id,
            number: value("GITHUB_RUN_NUMBER"), attempt: value("GITHUB_RUN_ATTEMPT"))
    }
}
