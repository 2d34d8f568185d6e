#!/usr/bin/env bash
# Builds the one image that every storage node of the lab boots: Debian 12 with systemd, sshd, LVM, XFS and glusterd.
# Usage: build.sh FOLDER. Needs root and the host packages that control/host.mjs installs. Takes about 35 s.
set -euo pipefail
umask 022

readonly out=${1:?the folder to build into}
here=$(cd "$(dirname "$0")" && pwd)
readonly here
readonly root=$out/rootfs
readonly most_nodes=8

packages=(
  glusterfs-server glusterfs-client lvm2 thin-provisioning-tools xfsprogs attr acl fuse3
  openssh-server sudo iproute2 iputils-ping
  systemd-sysv udev dbus kmod mount util-linux procps psmisc e2fsprogs
)

main() {
  mkdir -p "$out/keys"
  gcc -O2 -shared -fPIC -Wall -Werror -o "$out/xstate-shim.so" "$here/xstate-shim.c"
  install_packages
  install_kernel_modules
  make_keys
  configure
  thin_out
  pack
  rm -rf "$root"
}

install_packages() {
  local list
  list=$(IFS=,; echo "${packages[*]}")
  mmdebstrap --quiet --mode=root --variant=minbase --include="$list" bookworm "$root"
  cp -r "$here/overlay/." "$root/"
}

# The UML package brings the modules of its own kernel (dm-thin-pool, dm-snapshot, fuse, loop); what no storage node needs
# stays behind.
install_kernel_modules() {
  local version modules
  version=$(basename /usr/lib/uml/modules/*)
  modules=$root/lib/modules/$version
  mkdir -p "$root/lib/modules"
  cp -a "/usr/lib/uml/modules/$version" "$modules"
  (cd "$modules/kernel" && rm -rf sound drivers/media drivers/usb drivers/net/wireless drivers/staging fs/ocfs2 fs/gfs2 fs/ceph fs/cifs)
  chroot "$root" depmod "$version"
}

# One pair to log in with, and a host key of its own for every node: a product that pins host keys must see three of them.
# They live and die with the image and are in no repository.
make_keys() {
  local key="$out/keys/id_ed25519" i
  rm -f "$key" "$key.pub"
  ssh-keygen -q -t ed25519 -N '' -C brickyard-lab -f "$key"
  chroot "$root" useradd --create-home --shell /bin/bash labadmin
  install -d -m 700 "$root/root/.ssh" "$root/home/labadmin/.ssh"
  install -m 600 "$key.pub" "$root/root/.ssh/authorized_keys"
  install -m 600 "$key.pub" "$root/home/labadmin/.ssh/authorized_keys"
  chroot "$root" chown -R labadmin: /home/labadmin
  rm -f "$root"/etc/ssh/ssh_host_*
  install -d -m 700 "$root/etc/ssh/lab"
  for ((i = 1; i <= most_nodes; i++)); do
    ssh-keygen -q -t ed25519 -N '' -C "node$i" -f "$root/etc/ssh/lab/node$i"
    cp "$root/etc/ssh/lab/node$i.pub" "$out/keys/node$i.pub"
  done
}

configure() {
  local i rule
  {
    echo '127.0.0.1 localhost'
    for ((i = 1; i <= most_nodes; i++)); do echo "10.77.0.$((10 + i)) node$i"; done
  } >"$root/etc/hosts"
  chmod 440 "$root/etc/sudoers.d/labadmin"
  # Every event of device-mapper made udev fork a dozen programs: a thin lvcreate took 5 to 12 s instead of 1. LVM makes its
  # own device nodes (overlay/etc/lvm/lvm.conf).
  for rule in 55-dm 56-lvm 60-persistent-storage-dm 69-lvm 95-dm-notify 64-btrfs 96-e2scrub; do
    ln -sf /dev/null "$root/etc/udev/rules.d/$rule.rules"
  done
  # A login waits for these, and a node has no use for them.
  sed -i '/pam_systemd\|pam_motd\|pam_mail/d' "$root/etc/pam.d/sshd" "$root/etc/pam.d/common-session"
  chroot "$root" systemctl --quiet enable lab-net lab-bricks ssh glusterd
  # Slow at boot (e2scrub_reap alone 9 s) or of no use without a screen, a network outside and a clock that matters.
  chroot "$root" systemctl --quiet mask \
    apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer fstrim.timer e2scrub_all.timer e2scrub_reap.service \
    getty.target getty@tty1.service systemd-logind.service systemd-update-utmp.service systemd-binfmt.service \
    lvm2-monitor.service blk-availability.service \
    proc-sys-fs-binfmt_misc.automount dev-hugepages.mount dev-mqueue.mount sys-kernel-debug.mount sys-kernel-tracing.mount
  # glusterd runs the helper of geo-replication again and again while it starts (9 to 23 s); absent, it skips it.
  rm -f "$root"/usr/lib/*/glusterfs/gsyncd
  # Each node makes an identity of its own at its first start.
  rm -f "$root/var/lib/glusterd/glusterd.info"
  : >"$root/etc/machine-id"
}

thin_out() {
  rm -rf "$root"/var/lib/apt/lists/* "$root"/var/cache/apt/* "$root"/usr/share/doc/* "$root"/usr/share/man/* "$root"/usr/share/locale/*
}

pack() {
  rm -f "$out/base.img"
  truncate -s 4G "$out/base.img"
  mke2fs -q -F -t ext4 -J size=16 -E lazy_itable_init=1 -d "$root" "$out/base.img"
}

main
