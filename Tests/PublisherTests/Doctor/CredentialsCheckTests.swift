import OCIRegistry
import Testing

@testable import Publisher

/// What is made of refusals.
@Suite struct CredentialsCheckTests {
    private let host: RegistryHost
    private let name: RepositoryName
    private let denied = OCIError(.denied, "refused")

    init() throws {
        host = try RegistryHost("git.example.org")
        name = try RepositoryName("team/app")
    }

    private func check(_ credentials: Credentials = .basic(username: "ci", password: "x"))
        -> CredentialsCheck
    {
        CredentialsCheck(
            host: host, found: .success(SourcedCredentials(credentials, source: "a file")),
            now: 1000)
    }

    @Test("what an account may do")
    func rights() {
        func found(pull: OCIError?, push: OCIError?) -> Diagnosis? {
            var check = check()
            check.isGitea = true
            check.accesses = [.init(repository: name, pull: pull, push: push)]
            return check.diagnoses.last
        }
        #expect(found(pull: nil, push: nil)?.severity == .ok)
        #expect(found(pull: nil, push: denied)?.what.contains("may pull, not push") == true)
        #expect(found(pull: denied, push: denied)?.what.contains("may neither") == true)
        #expect(found(pull: denied, push: nil)?.what.contains("may push, not pull") == true)
        #expect(found(pull: nil, push: denied)?.cure.contains("write:package") == true)
        let absent = found(pull: nil, push: OCIError(.notFound, "no owner"))
        #expect(absent?.cure.contains("no such user or organisation") == true)
    }

    @Test("a token that ran out says so, from its own claims")
    func expired() {
        // {"exp":940}
        var check = check(.basic(username: "ci", password: "e30.eyJleHAiOjk0MH0.c2ln"))
        check.login = denied
        #expect(check.diagnoses.first?.what == "the token from a file ran out 1 min ago")
        check.now = 900
        #expect(check.diagnoses.first?.what.contains("refuses") == true)
    }

    @Test("only on Gitea is the job's own token to blame")
    func jobToken() {
        let token = ["GITHUB_TOKEN": "x", "CI": "true"]
        #expect(CredentialsCheck.isJobToken(.basic(username: "ci", password: "x"), token))
        #expect(!CredentialsCheck.isJobToken(.basic(username: "ci", password: "y"), token))
        #expect(!CredentialsCheck.isJobToken(.anonymous, ["GITHUB_TOKEN": ""]))
        var check = check()
        check.login = denied
        check.isJobToken = true
        #expect(check.diagnoses.first?.what.contains("job's own") == false)
        check.isGitea = true
        #expect(check.diagnoses.first?.what.contains("job's own") == true)
    }

    @Test("a registry that fails is not one that refuses")
    func failing() {
        var check = check()
        check.login = OCIError(.temporary, "it has trouble", advice: "try again later")
        #expect(check.diagnoses.first?.what == "it has trouble")
        #expect(check.diagnoses.first?.cure == "try again later")
    }
}
