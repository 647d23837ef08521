import Testing

@testable import OCIRegistry

@Suite struct LegacyLayerIDTests {
    /// From an image that Docker 20.10.24 built and saved: its diffIDs, and the lowest and the
    /// highest layer's directories.
    static let diffIDs: [String] = [
        "sha256:fb9bc3581145fce1b8e67693ffc8b26b5add4c9038442ad7cc978102e260379a",
        "sha256:f9cf1cb1d076ce194a635cc252a4e6dc1a37f74912a152be81d37e343016002e",
        "sha256:3130bac62e6224f9725aa8cb09b039b9a821167ee81195deb0f322194b610dab",
        "sha256:f9cf1cb1d076ce194a635cc252a4e6dc1a37f74912a152be81d37e343016002e",
        "sha256:c427b6303240d11b76199e6165c650932f956c10778ba1fb3ca1467f8b815234",
    ]
    static let lowest = (
        "83da56301d2f9547d6a8cb7ece055184a4d900303657c9676407f28ab2feef59",
        #"{"id":"83da56301d2f9547d6a8cb7ece055184a4d900303657c9676407f28ab2feef59","crea"#
            + #"ted":"1970-01-01T00:00:00Z","container_config":{"Hostname":"","Domainname":"","#
            + #""User":"","AttachStdin":false,"AttachStdout":false,"AttachStderr":false,"Tty":"#
            + #"false,"OpenStdin":false,"StdinOnce":false,"Env":null,"Cmd":null,"Image":"","Vo"#
            + #"lumes":null,"WorkingDir":"","Entrypoint":null,"OnBuild":null,"Labels":null},"o"#
            + #"s":"linux"}"#
    )
    static let highest = (
        "19a7d26dc10dca74732bc71a42ec2a6d3cb2bb60ecaf4a17e28635a761da34e9",
        #"{"id":"19a7d26dc10dca74732bc71a42ec2a6d3cb2bb60ecaf4a17e28635a761da34e9","pare"#
            + #"nt":"2cbdbf5c64f10071cf5e5bd9d3cdcdb52d49e00312451bd99bb403cf01f3ba4a","create"#
            + #"d":"2026-11-23T16:58:27.159096762Z","container":"af7a2ef0f35997e4ef84ee6eeaaf5"#
            + #"979fcb4a82b423ffc8a3a48c06004591209","container_config":{"Hostname":"","Domain"#
            + #"name":"","User":"","AttachStdin":false,"AttachStdout":false,"AttachStderr":fal"#
            + #"se,"Tty":false,"OpenStdin":false,"StdinOnce":false,"Env":["PATH=/usr/local/sbi"#
            + #"n:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin","X=\u003c\u0026\u003eé"],"Cmd""#
            + #":["/bin/sh","-c","echo hi \u003e /z"],"Image":"sha256:c8173647ff3b90e739592624"#
            + #"e73f2d753222c6f8c5a437a5fc56c28dc61df6ad","Volumes":null,"WorkingDir":"","Entr"#
            + #"ypoint":null,"OnBuild":null,"Labels":{"q":"a\"b"}},"docker_version":"20.10.24+"#
            + #"dfsg1","config":{"Hostname":"","Domainname":"","User":"","AttachStdin":false,""#
            + #"AttachStdout":false,"AttachStderr":false,"Tty":false,"OpenStdin":false,"StdinO"#
            + #"nce":false,"Env":["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbi"#
            + #"n:/bin","X=\u003c\u0026\u003eé"],"Cmd":null,"Image":"sha256:c8173647ff3b90e739"#
            + #"592624e73f2d753222c6f8c5a437a5fc56c28dc61df6ad","Volumes":null,"WorkingDir":"""#
            + #","Entrypoint":null,"OnBuild":null,"Labels":{"q":"a\"b"}},"architecture":"amd64"#
            + #"","os":"linux"}"#
    )

    @Test func provesTheLayersOfARealImage() throws {
        let diffIDs = try Self.diffIDs.map { try Digest(parsing: $0) }
        let ids = LegacyLayerID(diffIDs)
        #expect(ids.diffID(Self.lowest.0, json: Array(Self.lowest.1.utf8)) == diffIDs.first)
        #expect(ids.diffID(Self.highest.0, json: Array(Self.highest.1.utf8)) == diffIDs.last)
    }

    @Test func provesNothingOfAnother() throws {
        let diffIDs = try Self.diffIDs.map { try Digest(parsing: $0) }
        let (id, json) = Self.lowest
        let bytes = Array(json.utf8)
        #expect(LegacyLayerID(Array(diffIDs.dropFirst())).diffID(id, json: bytes) == nil)
        #expect(LegacyLayerID(diffIDs).diffID(Self.highest.0, json: bytes) == nil)
        let changed = Array(json.replacing("1970", with: "1971").utf8)
        #expect(LegacyLayerID(diffIDs).diffID(id, json: changed) == nil)
        #expect(LegacyLayerID([]).diffID(id, json: bytes) == nil)
        #expect(LegacyLayerID(diffIDs).diffID(id, json: []) == nil)
    }
}

@Suite struct JSONMembersTests {
    @Test func splitsWithoutReencoding() throws {
        let text = #" { "b" : 1.0e+2 , "a":"x\"},{" ,"c":[ {"d":"]"} , 2 ], "e":null } "#
        let members = try #require(JSONMembers(Array(text.utf8)))
        #expect(
            String(decoding: members.sorted, as: UTF8.self)
                == #"{"a":"x\"},{","b":1.0e+2 ,"c":[ {"d":"]"} , 2 ],"e":null }"#)
        #expect(members.string("a") == nil)
        #expect(JSONMembers(Array("{}".utf8))?.sorted == Array("{}".utf8))
    }

    @Test func refusesWhatIsNotAnObject() {
        for text in [
            "", "[]", "{", "}", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{\"a\":1}x", "{1:2}",
            "{\"a\":\"b}", "{\"a\":[1}", "{\"a\":1,\"a\":2}", "{\"\\u0061\":1}", "{:1}",
            "{\"a\":1:2}",
        ] {
            #expect(JSONMembers(Array(text.utf8)) == nil, "\(text)")
        }
        let deep = Array(#"{"a":"#.utf8) + [UInt8](repeating: UInt8(ascii: "["), count: 100_000)
        #expect(JSONMembers(deep) == nil)
    }
}
