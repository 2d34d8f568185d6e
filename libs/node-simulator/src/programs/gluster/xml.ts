/** `<name>text</name>`, escaped. */
export function element(name: string, text: string | number): string {
  return `<${name}>${escapeXml(String(text))}</${name}>`;
}

export function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

export function indent(text: string, spaces: number): string {
  return text.replace(/^(?=.)/gm, ' '.repeat(spaces));
}

export interface CliStatus {
  readonly opRet: number;
  readonly opErrno: number;
  readonly opErrstr: string;
}

/** What `gluster --xml` prints around every answer. `body` is already indented by two. */
export function cliOutput(body: string, status: CliStatus = { opRet: 0, opErrno: 0, opErrstr: '' }): string {
  const { opRet, opErrno, opErrstr } = status;
  return (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<cliOutput>\n' +
    `  ${element('opRet', opRet)}\n  ${element('opErrno', opErrno)}\n` +
    `  ${opErrstr === '' ? '<opErrstr/>' : element('opErrstr', opErrstr)}\n${body}</cliOutput>\n`
  );
}
