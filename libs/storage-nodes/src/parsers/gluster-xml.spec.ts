import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { glusterAnswer, parsePoolList, parseVolumeInfo } from './gluster-xml.js';

const fixture = (name: string): string => readFileSync(new URL(`../fixtures/${name}`, import.meta.url), 'utf8');
const xml = (body: string, opRet = 0, opErrstr = ''): string =>
  `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<cliOutput><opRet>${opRet}</opRet><opErrno>0</opErrno><opErrstr>${opErrstr}</opErrstr>${body}</cliOutput>`;

describe("gluster's XML", () => {
  it('reads a volume of a real cluster, bricks in order', () => {
    const [volume, ...others] = parseVolumeInfo(fixture('volume-info.xml'));
    expect(others).toEqual([]);
    expect(volume).toMatchObject({ name: 'v1', started: true });
    expect(volume?.bricks).toHaveLength(6);
    expect(volume?.bricks[0]).toBe(
      '10.77.0.13:/var/lib/heketi/mounts/vg_40775a7f6d524378d5c4e5a0deefa75e/brick_d03bef5d931b336c1cef35d8c634c456/brick',
    );
    expect(volume?.bricks[3]).toContain('10.77.0.12:');
    expect(volume?.options).toMatchObject({
      'user.heketi.id': '3a36cb12647386181ac9c10a3d3fb262',
      'nfs.disable': 'on',
    });
  });

  it('reads a volume of one brick, not started, without options, and no volume at all', () => {
    const one = xml(
      `<volInfo><volumes><volume><name>a</name><statusStr>Created</statusStr><bricks><brick uuid="u">h:/b/brick<name>h:/b/brick</name></brick></bricks><options/></volume><count>1</count></volumes></volInfo>`,
    );
    expect(parseVolumeInfo(one)).toEqual([{ name: 'a', started: false, bricks: ['h:/b/brick'], options: {} }]);
    expect(parseVolumeInfo(xml('<volInfo><volumes><count>0</count></volumes></volInfo>'))).toEqual([]);
  });

  it('keeps digits as text and decodes entities', () => {
    const volume = xml(
      `<volInfo><volumes><volume><name>007</name><statusStr>Stopped</statusStr><bricks/><options><option><name>auth.allow</name><value>a&amp;b</value></option></options></volume></volumes></volInfo>`,
    );
    expect(parseVolumeInfo(volume)).toEqual([
      { name: '007', started: false, bricks: [], options: { 'auth.allow': 'a&b' } },
    ]);
  });

  it('reads peers with and without the state of the handshake', () => {
    const peers = xml(
      `<peerStatus>
        <peer><uuid>u1</uuid><hostname>10.77.0.12</hostname><hostnames><hostname>10.77.0.12</hostname><hostname>node2</hostname></hostnames><connected>1</connected><state>3</state><stateStr>Peer in Cluster</stateStr></peer>
        <peer><uuid>u2</uuid><hostname>10.77.0.13</hostname><connected>0</connected><state>4</state></peer>
        <peer><uuid>u3</uuid><hostname>localhost</hostname><connected>1</connected></peer>
      </peerStatus>`,
    );
    expect(parsePoolList(peers)).toEqual([
      { uuid: 'u1', names: ['10.77.0.12', '10.77.0.12', 'node2'], connected: true, befriended: true },
      { uuid: 'u2', names: ['10.77.0.13'], connected: false, befriended: false },
      { uuid: 'u3', names: ['localhost'], connected: true, befriended: true },
    ]);
    expect(parsePoolList(xml('<peerStatus/>'))).toEqual([]);
  });

  it('reads what gluster says of its own success', () => {
    expect(glusterAnswer('volume create: v1: success')).toBeNull();
    expect(glusterAnswer(xml(''))).toEqual({ opRet: 0, opErrstr: '' });
    expect(glusterAnswer(xml('', -1, 'Volume v1 does not exist'))).toEqual({
      opRet: -1,
      opErrstr: 'Volume v1 does not exist',
    });
  });
});
