/* The part of CodeMirror 6 that an exercise needs; `npm ci && npm run build` here writes ../editor.js. */
import {defaultKeymap, history, historyKeymap, indentWithTab} from "@codemirror/commands";
import {bracketMatching, HighlightStyle, indentOnInput, indentUnit, StreamLanguage, syntaxHighlighting}
  from "@codemirror/language";
import {python} from "@codemirror/legacy-modes/mode/python";
import {EditorState} from "@codemirror/state";
import {drawSelection, EditorView, highlightActiveLine, keymap, lineNumbers} from "@codemirror/view";
import {tags} from "@lezer/highlight";

/* An editor in place of a text area, which goes on holding the text. */
export const edit = (area, {label, changed, run}) => {
  const marked = HighlightStyle.define([
    {tag: [tags.keyword, tags.operatorKeyword], class: "cm-k"},
    {tag: [tags.string, tags.special(tags.string)], class: "cm-s"},
    {tag: tags.comment, class: "cm-c"},
    {tag: [tags.number, tags.bool, tags.null], class: "cm-n"},
    {tag: [tags.definition(tags.variableName), tags.function(tags.variableName)], class: "cm-d"},
  ]);
  const view = new EditorView({
    state: EditorState.create({
      doc: area.value,
      extensions: [
        lineNumbers(), history(), drawSelection(), indentOnInput(), bracketMatching(), highlightActiveLine(),
        indentUnit.of("    "), StreamLanguage.define(python), syntaxHighlighting(marked),
        EditorView.contentAttributes.of({"aria-label": label, tabindex: "0"}),
        keymap.of([
          {key: "Mod-Enter", run: () => { run(); return true; }},
          // Escape, then Tab leaves the editor: CodeMirror lets the next Tab through.
          indentWithTab, ...defaultKeymap, ...historyKeymap,
        ]),
        EditorView.updateListener.of(update => {
          if (!update.docChanged) return;
          area.value = update.state.doc.toString();
          changed();
        }),
      ],
    }),
  });
  area.hidden = true;
  area.after(view.dom);
  return {
    focus: () => view.focus(),
    write: text => view.dispatch({changes: {from: 0, to: view.state.doc.length, insert: text}}),
  };
};
