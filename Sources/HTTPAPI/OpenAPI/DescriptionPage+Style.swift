extension DescriptionPage {
    /// Colours keep a contrast of 7:1 for text and 4.5:1 for links, in both schemes.
    static let style = """

        :root { color-scheme: light dark; --ground: #ffffff; --text: #1b1f24; --soft: #4a525c; --line: #d0d7de; --code: #f3f5f8; --link: #0a4fb4; }
        @media (prefers-color-scheme: dark) {
          :root { --ground: #12161b; --text: #e6eaef; --soft: #b3bcc7; --line: #39424d; --code: #1d232b; --link: #8ebcff; }
        }
        * { box-sizing: border-box; }
        html { scroll-padding-top: 1rem; }
        body { margin: 0 auto; max-width: 90rem; padding: 1rem; background: var(--ground); color: var(--text);
          font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
        header p { max-width: 48rem; }
        h1, h2, h3, h4 { line-height: 1.25; }
        h1 { margin: 0 0 .5rem; font-size: 1.75rem; }
        h2 { margin: 2rem 0 1rem; font-size: 1.375rem; }
        h3 { margin: 0 0 .5rem; font-size: 1.0625rem; }
        h4 { margin: 1rem 0 .25rem; font-size: .9375rem; color: var(--soft); }
        p { margin: 0 0 .5rem; }
        a { color: var(--link); text-underline-offset: .15em; }
        a:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
        code { font: .875em ui-monospace, monospace; background: var(--code); border-radius: .25rem; padding: .1em .3em; }
        nav ul { margin: 0 0 .75rem; padding: 0; list-style: none; }
        nav li { padding: .2rem 0; }
        article { margin: 0 0 1rem; padding: 1rem; border: 1px solid var(--line); border-radius: .5rem; }
        dl { margin: 0; }
        dl div { padding: .35rem 0; border-top: 1px solid var(--line); }
        dd { margin: 0; }
        .type { color: var(--soft); }
        @media (min-width: 48rem) { dl div { display: grid; grid-template-columns: 14rem 1fr; gap: 1rem; } }
        @media (min-width: 72rem) {
          body { display: grid; grid-template-columns: 22rem minmax(0, 1fr); gap: 0 2rem; padding: 2rem; }
          header { grid-column: 1 / -1; }
          nav { position: sticky; top: 1rem; align-self: start; max-height: calc(100vh - 2rem); overflow-y: auto; }
          main h2:first-child { margin-top: 0; }
        }

        """
}
