import HTTPTypes
import TestSupport
import Testing

@testable import LocalRegistry

/// Owners, images, and what is routed to them.
@Suite("Gitea's names")
struct GiteaNameTests {
    @Test("an owner is found in any case, and written in lower case")
    func owners() async throws {
        try await GiteaServer.with({ $0.gitea.owners = ["Team"] }) { gitea in
            try await gitea.pushImage("a", as: "v", to: "TEAM/app/nested.one")
            #expect(try await gitea.status("team/app/nested.one", "v") == 200)
            let tags = try await gitea.send(.get, "/v2/Team/app/nested.one/tags/list")
            #expect(tags.text.hasPrefix(#"{"name":"team/app/nested.one","#))
            try await gitea.send(.post, "/v2/nobody/app/blobs/uploads/")
                .expect(404, text: "Not found.\n")
        }
    }

    @Test("an owner that nothing was pushed for is not there until something is")
    func ownersByPush() async throws {
        try await GiteaServer.with { gitea in
            try await gitea.send(.get, "/v2/team/app/tags/list").expect(404, text: "Not found.\n")
            try await gitea.pushImage("a", as: "v", to: "team/app")
            #expect(try await gitea.tags("team/app") == ["v"])
        }
    }

    @Test("a renamed owner is elsewhere")
    func renamed() async throws {
        try await GiteaServer.with({ $0.gitea.renamedOwners = ["Old": "new"] }) { gitea in
            let reply = try await gitea.send(.get, "/v2/OLD/app/tags/list?n=1")
            reply.expect(307)
            #expect(reply["Location"] == "/v2/new/app/tags/list?n=1")
        }
    }

    @Test("a name needs an image")
    func noImage() async throws {
        try await GiteaServer.with { gitea in
            try await gitea.send(.post, "/v2/team/blobs/uploads/").expect(400, "NAME_INVALID")
        }
    }

    @Test("slashes may be repeated; what has no route says so")
    func routes() async throws {
        try await GiteaServer.with { gitea in
            try await gitea.pushImage("a", as: "v", to: "team/app")
            #expect(try await gitea.send(.get, "/v2//team/app//tags/list/").status == 200)
            try await gitea.send(.get, "/v2").expect(200)
            try await gitea.send(.head, "/v2/").expect(405)
            for path in ["/v2/team", "/v2/team/app/whatever/x"] {
                try await gitea.send(.get, path).expect(404, text: "404 page not found\n")
            }
            try await gitea.send(.put, "/v2/team/app/tags/list")
                .expect(404, text: "404 page not found\n")
        }
    }
}
