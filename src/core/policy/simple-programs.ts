// Programs that are of one class whatever their words are.
import type { Programs, Program } from './effect.ts'
import { asks, destroys, hides, installs, needsRights, reads, sends, unknown, writes } from './effect.ts'
import { parseArguments } from './arguments.ts'

const all = (names: string, program: Program): Programs =>
  Object.fromEntries(names.split(/\s+/).flatMap((name) => (name === '' ? [] : [[name, program]])))

const operandsOf = (args: readonly (string | null)[]) => parseArguments(args).operands

const READ = `
  : [ ]] arch ag apropos banner basename bat batcat bc break cal cat cd cksum clear cloc cmp column comm compgen continue cut
  b2sum b3sum base32 base64 bzcat bzgrep dc df diff diff3 dirname dirs du echo egrep exa exit expand expr eza factor false fgrep
  file finger fmt fold free getconf getent getopts glances grep groups head hexdump hexyl hostid htop iconv id info iostat ipcs jobs join
  jq last lastlog less let lesspipe locale locate logname look ls lsattr lsb_release lsblk lscpu lsmod lsof lspci lsusb man md5
  md5sum more mpstat neofetch netstat nl nm nproc numfmt objdump od paste pathchk pgrep pidof ping_group popd pr printenv printf
  ps pstree pushd pwd pwdx readelf readlink realpath return rev rg rga seq sha1sum sha224sum sha256sum sha384sum sha512sum
  shasum shift size sleep ss stat strings stty sum sw_vers tac tail test tldr times tokei top tput tr tree true tsort tty type
  ulimit umask uname unexpand uniq uptime users vdir vmstat w wait wc whatis whereis which who whoami xmllint xxd yes zcat
  zegrep zfgrep zgrep zless zmore zstdcat xzcat dir lz4cat nettop sar fc-list xdpyinfo tokei cloc hwinfo inxi shopt set local
  declare typeset readonly unset export read mapfile readarray hash bind complete disown fg bg suspend logout caller
  shellcheck hadolint actionlint yamllint strip-ansi fdupes ncdu duf dust procs btop bandwhich delta difft ansi2txt col colrm
`
const WRITE = `
  touch mkdir ln mkfifo mktemp split csplit patch unzip zip gzip gunzip bzip2 bunzip2 xz unxz zstd unzstd lz4 7z 7za 7zr rar
  unrar compress uncompress dos2unix unix2dos cp ginstall rename tee sponge chattr setfacl setfattr ffmpeg convert magick mogrify
  pandoc gcc g++ cc c++ clang clang++ ld as ar ranlib strip objcopy javac rustc ghc tsc sass lessc protoc dot gs pdftotext qpdf
  ssh-keygen gpg gpg2 age kill killall pkill renice crontab_list logger wall write mesg tmux screen chmod chgrp cpio
  sqlite3_analyzer genisoimage mkisofs optipng jpegoptim svgo cwebp msgfmt gettext xgettext ctags cscope ex_tags jar
`
const NETWORK = `
  ping ping6 nslookup dig host whois traceroute traceroute6 tracepath mtr nmap masscan arp-scan lynx w3m links elinks aria2c axel
  youtube-dl yt-dlp wget2 arping fping nikto hping3 zmap whatweb dog drill kdig avahi-browse ntpdate sntp speedtest iperf iperf3
`
const SENDS = `
  ftp sftp tftp telnet lftp ncftp nc ncat netcat socat smbclient mail mailx mutt sendmail msmtp swaks mosquitto_pub s3cmd aws
  gcloud gsutil az heroku vercel netlify fly flyctl doctl linode-cli hcloud wrangler firebase railway supabase stripe twilio ngrok
  cloudflared rclone restic_push mc croc magic-wormhole wormhole transfer bore localtunnel lt pastebinit termbin sshfs mosh
  autossh rsh rlogin rexec ansible ansible-playbook terraform tofu pulumi cdk sam serverless eb ecs-cli copilot gh hub glab
  openstack ibmcloud oci nomad consul vault kafka-console-producer amqp-publish grpcurl wscat websocat slack telegram-send
`
const DESTRUCTIVE = `srm wipe scrub blkdiscard wipefs sgdisk sfdisk fdisk cfdisk gdisk parted mkswap badblocks zerofree secure-delete sfill
  shred rmdir unlink truncate rm trash trash-put rimraf del-cli git-filter-repo bfg tmutil diskutil
`
const DESTRUCTIVE_ELSEWHERE = `dropdb dropuser lvremove vgremove pvremove zfs zpool btrfs mdadm hdparm nvme sg_format`
const PRIVILEGED = `
  mount umount swapon swapoff losetup cryptsetup lvm lvcreate pvcreate vgcreate lvextend vgextend iptables ip6tables nft
  ufw firewall-cmd ebtables arptables ipset route ifup ifdown nmcli wg wg-quick openvpn tailscale brctl tc ethtool iwconfig
  useradd usermod userdel groupadd groupmod groupdel adduser deluser addgroup delgroup passwd chpasswd chage gpasswd vipw vigr
  visudo newusers chsh chfn setcap getcap_set capsh docker docker-compose podman buildah nerdctl ctr crictl runc lxc lxc-start
  lxd incus machinectl virsh qemu-system-x86_64 vagrant VBoxManage minikube kind k3s k3d kubectl helm kubeadm service systemctl
  loginctl hostnamectl timedatectl localectl journalctl_vacuum rc-service rc-update chkconfig update-rc.d initctl launchctl
  update-alternatives dpkg-reconfigure debconf-set-selections grub-install update-grub grub-mkconfig efibootmgr update-initramfs
  dracut mkinitcpio ldconfig mknod chown hwclock setenforce setsebool semanage restorecon auditctl augenrules aa-disable
  apparmor_parser auditd bpftool bpftrace perf tcpdump tshark wireshark dumpcap sudoedit debugfs tune2fs e2label resize2fs fsck
  e2fsck xfs_repair dscl csrutil spctl nvram pmset scutil security sysadminctl systemd-nspawn portablectl homectl udevadm
  pivot_root switch_root accton ausearch quotaon edquota setquota vmtouch fwupdmgr flashrom mokutil ipvsadm keepalived snapper
  multipass criu gdbserver ptrace dmsetup iscsiadm nbd-client crash kpatch stap lttng
`

export const SIMPLE_PROGRAMS: Programs = {
  ...all(READ, ({ name, args }) => reads(`${name} only reads`, operandsOf(args))),
  ...all('echo printf', ({ name, args }) => reads(`${name} prints`, args.includes(null) ? [null] : [])),
  ...all('env printenv', ({ name }) => reads(`${name} prints the environment`, ['/proc/self/environ'])),
  ...all(WRITE, ({ name, args }) => writes(`${name} writes`, operandsOf(args))),
  ...all(NETWORK, ({ name }) => asks(`${name} uses the network`)),
  ...all(SENDS, ({ name }) => sends(`${name} talks to other machines`)),
  ...all(DESTRUCTIVE, ({ name, args }) => destroys(`${name} deletes`, operandsOf(args))),
  ...all(DESTRUCTIVE_ELSEWHERE, ({ name }) => destroys(`${name} deletes`, [null])),
  ...all(PRIVILEGED, ({ name }) => needsRights(`${name} needs rights over the machine`)),
  ...all('gdb lldb expect tclsh entr make_shell ltrace rlwrap at batch dbus-send gdbus osascript', ({ name }) =>
    hides(`${name} may run anything`),
  ),
  ...all('easy_install cpan cpanm luarocks opam cabal stack nvm fnm volta asdf mise rustup sdk corepack', ({ name }) =>
    installs(`${name} installs`),
  ),
  ...all(
    'make gmake ninja cmake bazel mvn gradle ant rake just task meson ctest tox nox pytest jest vitest mocha',
    ({ name }) => unknown(`${name} runs what the project says`),
  ),
}
