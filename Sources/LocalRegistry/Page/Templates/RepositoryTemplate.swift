/// A repository's page.
enum RepositoryTemplate {
    static let text = """
        {{<layout}}{{$content}}
        <nav class="crumbs" aria-label="Breadcrumb"><ol><li><a href="/">Repositories</a></li>\
        <li aria-current="page">{{repository}}</li></ol></nav>
        <h1 class="name">{{repository}}</h1>
        <dl class="facts">
        <div><dt>Tags</dt><dd class="number">{{tagTotal}}</dd></div>
        <div><dt>Size</dt><dd class="number">{{sizeTotal}}</dd></div>
        <div><dt>Reference</dt><dd><code class="all">{{reference}}</code></dd></div>
        </dl>
        {{#hasTags}}{{>filter}}{{/hasTags}}
        {{#hasRows}}
        <table class="cards">
        <caption class="hidden">Images, newest first; tags of the same image stand together</caption>
        <thead><tr><th scope="col">Tags</th><th scope="col">Digest</th>\
        <th scope="col">Platforms</th><th scope="col" class="number">Layers</th>\
        <th scope="col" class="number">Size</th><th scope="col" class="number">Pushed</th></tr></thead>
        <tbody>
        {{#rows}}
        <tr>
        <th scope="row" class="lead">
        <span class="tags">{{#tags}}<a class="tag" href="{{path}}">{{.}}</a> {{/tags}}\
        {{#moreTags}}<span class="note">{{.}}</span>{{/moreTags}}</span>
        {{#pull}}<code class="pull all">{{.}}</code>{{/pull}}
        </th>
        <td data-label="Digest"><a class="digest" href="{{path}}" title="{{digest}}">{{shortDigest}}</a></td>
        <td data-label="Platforms" class="platforms">{{#platforms}}<span>{{.}}</span> {{/platforms}}\
        {{#artifactType}}<span class="note">{{.}}</span>{{/artifactType}}</td>
        <td data-label="Layers" class="number">{{layerCount}}</td>
        <td data-label="Size" class="number">{{size}}</td>
        <td data-label="Pushed" class="number when">{{#pushed}}{{>moment}}{{/pushed}}</td>
        </tr>
        {{/rows}}
        </tbody>
        </table>
        {{/hasRows}}
        {{^hasRows}}
        {{#hasTags}}<p class="none">No tag contains what you are looking for.</p>{{/hasTags}}
        {{^hasTags}}<section class="empty"><h2>No tags</h2>
        <p>This repository has no tagged image. Push one:</p>
        <pre class="copy"><code>{{pushCommand}}</code></pre></section>{{/hasTags}}
        {{/hasRows}}
        {{>pager}}
        {{/content}}{{/layout}}
        """
}
