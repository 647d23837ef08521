import OCIRegistry
import Testing

@testable import Publisher

/// From facts to findings, where nothing has to be asked.
@Suite struct JudgementTests {
    private let host: RegistryHost

    init() throws { host = try RegistryHost("git.example.org") }

    static let leads: [(Double, Diagnosis.Severity)] = [
        (0, .ok), (29, .ok), (-29, .ok), (31, .warning), (-200, .warning), (301, .problem),
        (-90_000, .problem),
    ]

    @Test("clocks", arguments: leads)
    func clock(lead: Double, severity: Diagnosis.Severity) {
        let found = ClockCheck(host: host, lead: lead).diagnosis
        #expect(found.severity == severity)
        #expect(severity == .ok || found.what.contains(lead > 0 ? "behind" : "ahead of"))
        #expect(ClockCheck(host: host, lead: nil).diagnosis.severity == .ok)
    }

    struct Disk: Sendable {
        var purpose: DiskCheck.Purpose
        var mebibytes: Int64
        var inodes: Int64
        var severity: Diagnosis.Severity

        init(
            _ purpose: DiskCheck.Purpose, _ mebibytes: Int64, _ inodes: Int64,
            _ severity: Diagnosis.Severity
        ) {
            self.purpose = purpose
            self.mebibytes = mebibytes
            self.inodes = inodes
            self.severity = severity
        }
    }

    static let disks: [Disk] = [
        Disk(.working, 2048, 20_000, .ok), Disk(.working, 512, 20_000, .warning),
        Disk(.working, 2048, 5_000, .warning), Disk(.working, 1, 20_000, .problem),
        Disk(.working, 2048, 5, .problem), Disk(.docker, 41_984, 1_000_001, .ok),
        Disk(.docker, 39_936, 1_000_001, .warning), Disk(.docker, 41_984, 999_999, .warning),
        Disk(.docker, 1024, 1_000_001, .problem),
    ]

    @Test("room on disk", arguments: disks)
    func disk(disk: Disk) {
        let room = DiskCheck.Room(bytes: disk.mebibytes << 20, inodes: disk.inodes)
        #expect(DiskCheck(disk.purpose, "/data", room).diagnosis.severity == disk.severity)
    }

    @Test("a file system without a fixed number of inodes has enough of them")
    func noInodes() {
        let room = DiskCheck.Room(bytes: 50 << 30, inodes: nil)
        #expect(DiskCheck(.docker, "/data", room).diagnosis.severity == .ok)
        #expect(
            DiskCheck(.working, "/data", room, isWritable: false).diagnosis.severity == .problem)
        #expect(DiskCheck(.temporary, "/nowhere/at/all").diagnosis.severity == .problem)
        #expect(DiskCheck(.docker, "/nowhere/at/all").diagnosis.severity == .ok)
    }

    static let releases: [(String, [Diagnosis.Severity])] = [
        ("1.24.7", []), ("1.25.0", [.problem, .warning]), ("1.25.1", [.problem, .warning]),
        ("1.25.2", [.warning]), ("1.25.3", []), ("1.25.10", []), ("1.26.0", [.warning]),
        ("1.26.0+dev-12-gabc", [.warning]), ("1.26.1", []), ("1.27.3", []),
        ("11.0.1+gitea-1.22.0", []), ("1.25.0+gitea-1.25.0", []), ("unknown", []),
    ]

    @Test("releases of Gitea", arguments: releases)
    func gitea(release: String, severities: [Diagnosis.Severity]) {
        let check = GiteaCheck(
            host: host, dialect: .gitea, isGitea: true, release: GiteaRelease(release))
        let found = check.diagnoses.map(\.severity)
        #expect(found == (severities.isEmpty ? [.ok] : severities))
    }

    @Test("the dialect of the configuration and the server's")
    func dialects() {
        func severities(_ dialect: RegistrySettings.Dialect?, _ isGitea: Bool)
            -> [Diagnosis.Severity]
        {
            GiteaCheck(host: host, dialect: dialect, isGitea: isGitea).diagnoses.map(\.severity)
        }
        #expect(severities(.oci, true) == [.warning])
        #expect(severities(.gitea, false) == [.warning])
        #expect(severities(.gitea, true) == [.ok])
        #expect(severities(nil, true) == [.ok])
        #expect(severities(.oci, false) == [])
        #expect(severities(nil, false) == [])
    }

    @Test("the report counts, and is healthy with warnings")
    func report() {
        let fine = Diagnosis.ok(.clock, "a", "b")
        let warning = Diagnosis.warning(.clock, "a", "b", why: "c", cure: "d")
        let problem = Diagnosis.problem(.disk, "e", "f", why: "g", cure: "h")
        #expect(DoctorReport(diagnoses: [fine]).summary == "1 check: all is well")
        #expect(DoctorReport(diagnoses: [fine, warning]).isHealthy)
        let all = DoctorReport(diagnoses: [fine, warning, problem])
        #expect(!all.isHealthy)
        #expect(all.summary == "3 checks: 1 problem, 1 warning")
        #expect(
            all.text == """
                ok       clock          a: b
                warning  clock          a: b
                  why:  c
                  cure: d
                problem  disk           e: f
                  why:  g
                  cure: h

                """)
    }
}
