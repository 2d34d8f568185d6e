import type { Config } from '#config';
import type { Narrator } from './narrator.js';

/** Commands that work as they stand while the demo is up. */
export function tellWhatToTry(
  narrator: Narrator,
  baseUrl: string,
  { dataDir, sshKeyFile, sshUser, sshPort }: Pick<Config, 'dataDir' | 'sshKeyFile' | 'sshUser' | 'sshPort'>,
): void {
  narrator.heading('It runs. Try, in another terminal:');
  narrator.line('export HEKETI_ADMIN_KEY=demo-admin HEKETI_USER_KEY=demo-user');
  narrator.line(`export HEKETI_CLI_SERVER=${baseUrl}`);
  narrator.line(`curl -H "Authorization: Bearer $(npx brickyard token GET /volumes)" ${baseUrl}/volumes`);
  narrator.line(`npx brickyard request POST /volumes '{"size": 5, "durability": {"type": "replicate"}}'`);
  narrator.line(`heketi-cli --server ${baseUrl} --user admin --secret demo-admin topology info`);
  narrator.heading('What an asynchronous request looks like:');
  narrator.line(
    `curl -i -X POST -d '{"size": 1}' -H "Authorization: Bearer $(npx brickyard token POST /volumes)" ${baseUrl}/volumes`,
  );
  narrator.line('   answers 202 with Location: /queue/ID; GET it with a token of its own until X-Pending is gone');
  narrator.heading('What the nodes hold against what the tables say:');
  narrator.line(
    `export HEKETI_SSH_KEYFILE=${sshKeyFile} HEKETI_SSH_USER=${sshUser} HEKETI_SSH_PORT=${String(sshPort)}`,
  );
  narrator.line(`npx brickyard drift --data-dir ${dataDir}`);
  narrator.heading('Metrics, and the log against the tables (after Ctrl-C):');
  narrator.line(`curl ${baseUrl}/metrics`);
  narrator.line(`npx brickyard db check --data-dir ${dataDir}`);
  narrator.heading('Ctrl-C stops everything; the next start finds what is there now.');
}
