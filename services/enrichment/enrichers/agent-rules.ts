// What ua-parser-js calls otherwise or doesn't know, as data. Names are those that people use; the form factor is
// never part of a browser's name ("Chrome", not "Chrome Mobile"), since the device class says it.
// Every pattern is linear: no nested repetition, every repetition bounded or over a class that can't meet what follows.

/** Names of ua-parser-js that we call otherwise. */
export const browserNames: ReadonlyMap<string, string> = new Map([
  ["Baidu", "Baidu Browser"],
  ["brave", "Brave"],
  ["BrowserNG", "Nokia Browser"],
  ["chrome", "Chrome"],
  ["conkeror", "Conkeror"],
  ["Ddg", "DuckDuckGo"],
  ["Line", "LINE"],
  ["OPX", "Opera GX"],
  ["GSA", "Google App"],
  ["HeyTap", "HeyTap Browser"],
  ["IEMobile", "IE"],
  ["KAKAOTALK", "KakaoTalk"],
  ["KAKAOSTORY", "KakaoStory"],
  ["MAXTHON", "Maxthon"],
  ["Mobile Safari", "Safari"],
  ["NokiaBrowser", "Nokia Browser"],
  ["Opera Mobi", "Opera"],
  ["Opera Tablet", "Opera"],
  ["OviBrowser", "Ovi Browser"],
  ["PaleMoon", "Pale Moon"],
  ["QQBrowser", "QQ Browser"],
  ["Silk", "Amazon Silk"],
  ["UCBrowser", "UC Browser"],
  ["Yandex", "Yandex Browser"],
  ["360", "360 Browser"],
]);

/** A pattern whose first group is the version, or none, and the name it stands for. Asked before ua-parser-js. */
export type BrowserRule = readonly [pattern: RegExp, name: string];

export const browserRules: readonly BrowserRule[] = [
  // Applications that show pages.
  [/\bFB(?:AV|SV)\/(\d+).{0,400}FBAN\/(?:Messenger|MessengerForiOS)/, "Facebook Messenger"],
  [/\[FB_IAB\/(?:MESSENGER|Orca-Android);FBAV\/(\d+)/, "Facebook Messenger"],
  [/\bFBAN\/Messenger[^;\]]{0,20};FB[AS]V\/(\d+)/, "Facebook Messenger"],
  [/\bGSA\/(\d+)/, "Google App"],
  [/\bPinterest(?: for (?:Android|iOS)(?: Tablet)?)?\/(\d+)/, "Pinterest"],
  [/\[Pinterest\/(?:iOS|Android)\]/, "Pinterest"],
  [/\bFlipboard(-Briefing)?\/\d+/, "Flipboard"],
  [/\bSpotify\/(\d+)/, "Spotify"],
  [/\bTelegram(?:-Android)?[ /](\d+)/, "Telegram"],
  [/\bWhatsApp\/(\d+)/, "WhatsApp"],
  [/\bDiscord\/(\d+)/, "Discord"],
  [/\bSlack(?:_SSB)?\/(\d+)/, "Slack"],
  [/\bTeams\/(\d+)/, "Microsoft Teams"],
  [/\bValve Steam (?:Client|GameOverlay|Tenfoot)[^;)]{0,60}\).{0,60}Chrome\/(\d+)/, "Steam"],
  [/\bOBS\/(\d+)/, "OBS Studio"],
  [/\bESPN[ -](?:Radio|APP)[^/]{0,20}\/(\d+)/i, "ESPN"],
  [/\bRobloxApp\/(\d+)/, "Roblox"],
  [/\bBoxNotes\/(\d+)/, "BoxNotes"],
  // Mail.
  [/\bMicrosoft (?:Office )?Outlook (?:Mail )?(\d+)/, "Outlook"],
  [/\bOutlook-Express\//, "Windows Live Mail"],
  [/\bMSOffice (\d+)/, "Outlook"],
  [/\bOutlook-(?:iOS|Android)\/\d+[^(]{0,60}\((\d+)/, "Outlook"],
  [/\bThunderbird\/(\d+)/, "Thunderbird"],
  [/\b(?:Postbox|Postbox-Express)\/(\d+)/, "Postbox"],
  // Browsers.
  [/\bHonorBrowser\/(\d+)/, "Honor Browser"],
  [/\bAlohaBrowser(?:Mini)?\/(\d+)/i, "Aloha Browser"],
  [/\bAvastSecureBrowser\/(\d+)/, "Avast Secure Browser"],
  [/\bSznProhlizec\/(\d+)/, "Seznam Browser"],
  [/\bCrosswalk\/(\d+)/, "Crosswalk"],
  [/\bOtter\/(\d+)/, "Otter"],
  [/\bqutebrowser\/(\d+)/, "qutebrowser"],
  [/\bwOSBrowser\//, "webOS Browser"],
  [/\bAdobeAIR\/(\d+)/, "Adobe AIR"],
  [/\bQtWebEngine\/(\d+)/, "Qt WebEngine"],
  [/\bOPiOS\/(\d+)/, "Opera Mini"],
  [/\bUBrowser\/(\d+)/, "UC Browser"],
  [/\b(?:UC ?Browser|UCWEB)\/?(\d+)/, "UC Browser"],
  [/\bBrave(?: Chrome)?\/(\d+)/, "Brave"],
  [/ \(?Brave\)?$/, "Brave"],
  [/\bQIHU 360|\b360[SE]E\b|\b360EE\b/, "360 Browser"],
  [/\bDuckDuckGo\/(\d+)/, "DuckDuckGo"],
  [/\bOculusBrowser\/(\d+)/, "Oculus Browser"],
  [/\bBasilisk\/.{0,200}/, "Basilisk"],
  [/\bPuffin\/(\d+)/, "Puffin"],
  [/\bSamsungBrowser\/(\d+)/, "Samsung Internet"],
  [/\bOmniWeb\/v?(\d+)/, "OmniWeb"],
  [/\bDolphin(?:\/INT| http client)?[/ -](\d+)/i, "Dolphin"],
  [/\bNetFront\/(\d+)/, "NetFront"],
  [/\bHbbTV\/(\d+)/, "HbbTV"],
  [/\bRoku\/[A-Z]{1,8}-(\d+)/, "Roku"],
  [/\bWebKit Nightly\/(\d+)/, "WebKit Nightly"],
  [/\bTizenBrowser\/(\d+)/, "Tizen Browser"],
];

/** The years that people know Outlook's versions by. */
export const outlookReleases: ReadonlyMap<string, string> = new Map([
  ["12", "2007"],
  ["14", "2010"],
  ["15", "2013"],
  ["16", "2016"],
]);

/** Browsers of ua-parser-js that others are built on. */
export const hostBrowsers: ReadonlySet<string> = new Set([
  ...[
    "Chrome",
    "Chrome WebView",
    "Chromium",
    "Android Browser",
    "Electron",
    "Safari",
    "Mobile Safari",
    "WebKit",
  ],
]);

/** Products in the user agents of those browsers that are their own, or say nothing of who they are. */
export const hostProducts: ReadonlySet<string> = new Set([
  ...[
    "AppleWebKit",
    "Chrome",
    "Chromium",
    "Version",
    "CriOS",
    "FxiOS",
    "EdgiOS",
    "Mobile",
    "Safari",
    "Electron",
    "AtomShell",
    "NWjs",
    "Gecko",
  ],
  ...[
    "Build",
    "CrKey",
    "DeviceType",
    "Model",
    "Tablet",
    "TV",
    "Large",
    "VR",
    "KHTML",
    "FirePHP",
    "NetType",
    "Language",
  ],
  ...[
    "Silk",
    "Silk-Accelerated",
    "T7",
    "SP-engine",
    "TBS",
    "XWEB",
    "MMWEBID",
    "MMWEBSDK",
    "Ubuntu",
    "Desktop",
    "TouchPad",
  ],
  ...[
    "Nokia",
    "Series60",
    "Profile",
    "Configuration",
    "wOSBrowser",
    "Kindle",
    "AlexaMediaPlayer",
    "UNTRUSTED",
    "Cordova",
  ],
  ...["U2", "UWS", "Widget", "Java", "MIDP", "CLDC", "Pre", "Pixi", "HTC", "SamsungBrowser", "BrightSign"],
]);

/** Trident tells the Internet Explorer behind a compatibility view, which claims to be version 7. */
export const ieOfTrident: ReadonlyMap<string, string> = new Map([
  ["4", "8"],
  ["5", "9"],
  ["6", "10"],
  ["7", "11"],
]);

/** Systems of ua-parser-js that we call otherwise. */
export const osNames: ReadonlyMap<string, string> = new Map([
  ["BlackBerry", "BlackBerry OS"],
  ["Chromium OS", "Chrome OS"],
  ["Mac OS", "macOS"],
  ["KAIOS", "KaiOS"],
  ["Windows Phone OS", "Windows Phone"],
  ["Series40", "Series 40"],
  ["RIM Tablet OS", "BlackBerry Tablet OS"],
  ["android", "Android"],
  ["linux", "Linux"],
  ["freebsd", "FreeBSD"],
  ["gentoo", "Gentoo"],
  ["redhat", "Red Hat"],
  ["RedHat", "Red Hat"],
  ["webOS TV", "webOS"],
]);

/** Systems that ua-parser-js overlooks or takes for others. The first group is the version, or none. */
export const osRules: readonly BrowserRule[] = [
  [/^Mozilla\/5\.0\+\((?:iPhone|iPad|iPod);.{0,20}\+OS\+([\d_]+)\+/, "iOS"],
  [/^Mozilla\/5\.0\+\(Macintosh;.{0,20}Mac\+OS\+X\+([\d_]+)/, "macOS"],
  [/\bCPU iPhone (?:OS {1,2})?([\d_]+) like Mac OS X/, "iOS"],
  [/\btvOS[ /]([\d.]+)/, "tvOS"],
  [/\bwatchOS[ /]([\d.]+)/, "watchOS"],
  // Desktop mode of iOS browsers: the name of the application tells the system.
  [/\(Macintosh;.{0,200}\b(?:CriOS|FxiOS|EdgiOS|OPiOS)\//, "iOS"],
  [/\bSilk(?:-Accelerated|\/\d).{0,200}Silk-Accelerated/, "Android"],
  [/\b(?:OculusBrowser|Quest \d)/, "Android"],
  [/\bKindle\/([\d.]+)/, "Kindle"],
  [/\bRoku\/[A-Z]{1,8}-([\d.]+)/, "Roku"],
  [/\bGoogleTV\/? ?([\d.]*)/, "Google TV"],
  [/\b(?:SymbianOS|Symbian)[/ ]([\d.]+)|\b(?:Series ?60|S60(?:V\d)?|SymbOS)\b/, "Symbian"],
  [/\bWindows ?CE ?([\d.]*)/, "Windows CE"],
  [/; wds ([\d.]+)/, "Windows Phone"],
  [/; ?Adr ([\d.]+)|^JUC ?\(Linux; ?U; ?([\d.]+);/, "Android"],
  [/; iP(?:h|d|ad) OS ([\d_]+)/, "iOS"],
  [/\(HarmonyOS ([\d.]+)\)/, "HarmonyOS"],
  [/\bLinux\/(\d+\.\d+\.[\d.]+)/, "Linux"],
  [/\bXBLWP7\b/, "Windows Phone"],
  [/\bBrew MP ([\d.]+)|\bBMP[ /]([\d.]+)/, "Brew MP"],
  [/\bBREW ?([\d.]*)/, "BREW"],
  [/\bWindows ME\b/, "Windows ME"],
  [/\b(?:iOS|iPhone OS|iPd OS)[ ;,:/]{1,2}([\d._]+)/, "iOS"],
  [/\b(?:iPhone|iPad)\/([\d.]+); iPhone OS\b/, "iOS"],
  [/^Mozilla\/5\.0 \(iOS;|\bOutlook-iOS\/| for i(?:Phone|Pad|OS)\b/, "iOS"],
  [/\bMac ?OS ?X[ /](?:Version )?(\d[\d._]*)/, "macOS"],
  [/; OS X ([\d.]+)/, "macOS"],
  [/\bos\/macos#/, "macOS"],
  [/;Darwin\/(10\.[\d.]+);/, "macOS"],
  [/\bAndroid: ([\d.]+)/, "Android"],
  [/\bandroid mobile\/([\d.]+)/, "Android"],
  [/\bAndroid(\d[\d.]*)/, "Android"],
  [/\bWindows (?:aarch64|x86_64) ([\d.]+)\)/, "Chrome OS"],
  [/\bBB10\b.{0,200}Version\/([\d.]+)/, "BlackBerry OS"],
  [/\bBlackBerry\b.{0,200}Version\/([\d.]+) Mobile Safari/, "BlackBerry OS"],
];

/** The release of iOS and of macOS by the major version of Darwin, their kernel. */
export const darwinReleases: ReadonlyMap<number, { readonly ios: string; readonly macos: string }> = new Map([
  [9, { ios: "1", macos: "10.5" }],
  [10, { ios: "4", macos: "10.6" }],
  [11, { ios: "5", macos: "10.7" }],
  [12, { ios: "6", macos: "10.8" }],
  [13, { ios: "6", macos: "10.9" }],
  [14, { ios: "8", macos: "10.10" }],
  [15, { ios: "9", macos: "10.11" }],
  [16, { ios: "10", macos: "10.12" }],
  [17, { ios: "11", macos: "10.13" }],
  [18, { ios: "12", macos: "10.14" }],
  [19, { ios: "13", macos: "10.15" }],
  [20, { ios: "14", macos: "11" }],
  [21, { ios: "15", macos: "12" }],
  [22, { ios: "16", macos: "13" }],
  [23, { ios: "17", macos: "14" }],
  [24, { ios: "18", macos: "15" }],
  [25, { ios: "26", macos: "26" }],
]);

/** Systems of desks and laps: where nothing tells a device, these say desktop. */
export const desktopSystems: ReadonlySet<string> = new Set([
  ...[
    "Windows",
    "macOS",
    "Linux",
    "Chrome OS",
    "Ubuntu",
    "Debian",
    "Fedora",
    "FreeBSD",
    "OpenBSD",
    "NetBSD",
    "BSD",
  ],
  ...[
    "Solaris",
    "Gentoo",
    "Mint",
    "SUSE",
    "Red Hat",
    "CentOS",
    "Arch",
    "Mandriva",
    "Slackware",
    "Kubuntu",
    "Xubuntu",
  ],
  ...[
    "Haiku",
    "OS/2",
    "BeOS",
    "AmigaOS",
    "UNIX",
    "AIX",
    "HP-UX",
    "PCLinuxOS",
    "Mageia",
    "deepin",
    "Manjaro",
    "Sabayon",
  ],
  ...[
    "Raspbian",
    "elementary OS",
    "Unix",
    "DragonFly",
    "PC-BSD",
    "GNU",
    "Hurd",
    "Linpus",
    "Zenwalk",
    "Lubuntu",
  ],
]);

/** Systems of hand-held devices, where ua-parser-js names no device. */
export const mobileSystems: ReadonlySet<string> = new Set([
  ...[
    "iOS",
    "Android",
    "Windows Phone",
    "Windows Mobile",
    "BlackBerry OS",
    "Symbian",
    "Series 40",
    "KaiOS",
    "Bada",
  ],
  ...[
    "Firefox OS",
    "Tizen",
    "MeeGo",
    "Maemo",
    "Sailfish",
    "HarmonyOS",
    "BREW",
    "Brew MP",
    "Palm",
    "Windows CE",
  ],
]);

/** Programs that isbot lets pass: page testers and screenshot services. */
export const moreBots = /\b(?:GTmetrix|Miniature\.io|YLT Chrome|TSM-turingos|WebThumb|PTST|DMBrowser)\b/;

/**
 * Patterns of isbot that know no name but say "no browser looks like this". They are right of programs on servers and
 * wrong of applications on phones ("Shop/2.1 (iPhone; iOS 17.2)" or a bare "Nokia6300/2.0"), so that they count only
 * where neither device nor system of a person is named.
 */
export const shapesOfBots: ReadonlySet<string> = new Set([
  ...[
    ";\\s\\w+;$",
    "\\(\\)",
    "\\b\\w+/1\\.0;",
    "\\|",
    "^[<\\(;]",
    "^[^ ]{50,}$",
    "^\\d+\\b",
    "java(?!;)",
    "radar",
  ],
  "^[\\w \\.\\-\\(?:\\):%]+(?:/v?\\d+(?:\\.\\d+)?(?:\\.\\d{1,10})*?)?(?:,|$)",
  ...["^[\\w\\-]+/[\\w]+$", "^\\w+/[\\w\\(\\)]*$", "^\\w+/\\d\\.\\d\\s\\([\\w@]+\\)$"],
]);
