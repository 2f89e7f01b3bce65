/** Secrets as people leave them in files, put together here so that no scan of this repository takes them for real ones. */

const letters = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';

/** Letters and digits, the same for the same seed. */
export function randomText(length: number, seed = 1): string {
  let state = seed;
  return Array.from({ length }, () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return letters[(state >>> 8) % letters.length];
  }).join('');
}

export interface SampleSecret {
  readonly kind: string;
  /** The text around it as it stands in a file. */
  readonly text: string;
  /** What must not be left anywhere. */
  readonly secret: string;
}

function sample(kind: string, before: string, secret: string, after = ''): SampleSecret {
  return { kind, text: `${before}${secret}${after}`, secret };
}

const pem = (kind: string, end: string): [string, string, string] => [
  `${'-'.repeat(5)}BEGIN ${kind}PRIVATE KEY${'-'.repeat(5)}${end}`,
  [randomText(64, 5), randomText(64, 6), randomText(30, 7)].join(end),
  `${end}${'-'.repeat(5)}END ${kind}PRIVATE KEY${'-'.repeat(5)}`,
];

export const sampleSecrets: readonly SampleSecret[] = [
  sample('AWS key id', 'key: ', `AKIA${randomText(16, 2).toUpperCase()}`, '\n'),
  sample('AWS secret key', 'aws_secret_access_key = "', randomText(40, 3), '"\n'),
  sample('GitHub token', 'git push https://', `ghp_${randomText(36, 4)}`, '@github.com/a/b'),
  sample('npm token', '//registry.example/:_authToken=', `npm_${randomText(36, 8)}`),
  sample('Slack token', 'SLACK="', `xoxb-${'1'.repeat(3)}23456789-${'9'.repeat(3)}23456789-${randomText(24, 9)}`, '"'),
  sample('Stripe key', "stripe('", ['sk', 'live', randomText(24, 10)].join('_'), "')"),
  sample('private key', ...pem('RSA ', '\n')),
  sample('private key in JSON', ...pem('', '\\n')),
  sample('private key whose end was cut off', pem('EC ', '\n')[0], pem('EC ', '\n')[1]),
  sample('private key whose beginning was cut off', '', pem('', '\n')[1], pem('', '\n')[2]),
  sample('JWT', 'cookie: id=', `eyJ${randomText(20, 11)}.eyJ${randomText(60, 12)}.${randomText(43, 13)}`, ';'),
  sample('bearer header', 'Authorization: Bearer ', randomText(32, 14), '\r\n'),
  sample('connection string', 'postgres://app:', `p${randomText(12, 15)}`, '@db.internal:5432/app'),
  sample('password in code', 'const password = "', 'Hunter2!Hunter2', '";'),
  sample('short password in code', "db_password: '", 'hunter2', "',"),
  sample('password in a dotenv file', 'DB_PASSWORD=', randomText(14, 16), '\n'),
  sample('key in YAML', '  api_key: ', randomText(24, 17), '\n'),
  sample('password in JSON in JSON', '{\\"clientSecret\\": \\"', randomText(20, 18), '\\"}'),
  sample('password of a flag', 'tool login --password ', randomText(12, 61), ' --verbose'),
  sample('quoted password of a flag', "tool --db-password '", 'Hunter2!x', "'"),
  sample('user and password of a flag', 'curl -u app:', randomText(12, 62), ' https://internal/'),
  sample('quoted user and password of a flag', 'curl --user "app:', randomText(12, 63), '"'),
  sample('netrc', 'machine internal login app password ', randomText(12, 64), '\n'),
  sample('netrc of several lines', 'machine internal\n  login app\n  password ', randomText(12, 65), '\n'),
  sample('line of netrc', '  password ', randomText(12, 66)),
  sample('element', '<server><password>', randomText(12, 67), '</password></server>'),
  sample('element with a prefix', '<ns:dbPassword type="text">', 'Hunter2!x', '</ns:dbPassword>'),
  sample('passphrase of words', 'passphrase: "', 'correct horse battery staple', '"'),
  sample('password with spaces', 'password = "', 'h unter2 hunter2', '"'),
  sample('password with the other quote', 'password = "', "hunter'2hunter2x", '"'),
  sample('password with an escaped quote', 'password = "', 'hunter\\"2hunter2x', '"'),
  sample('long quoted password', 'password = "', randomText(9_000, 68), '"'),
  sample('long password', 'PASSWORD=', randomText(9_000, 69), '\n'),
  sample('long token', 'use ', `ghp_${randomText(900, 70)}`),
  sample('long user and password of a flag', 'curl -u app:', randomText(9_000, 71), ' x'),
  sample('password on the next line', 'password =\n  "', randomText(12, 72), '"'),
  sample('password on the next line, without quotes', 'db_password:\n  ', randomText(14, 73), '\n'),
  sample('password whose end was cut off', 'password = "', randomText(14, 74)),
];

/** What looks like it and is none. */
export const harmlessTexts: readonly string[] = [
  'const token = tokens[0];',
  'password: string;',
  'let password = readPassword();',
  'input type="password" name="password"',
  'PASSWORD=${PASSWORD}',
  'password = process.env.DB_PASSWORD',
  'secret: "<your-secret-here>"',
  "password: 'changeme-please'",
  'token: "********"',
  'Enter your password: please',
  'sha256 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
  'tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904',
  'https://example.com/a/b?c=d#e',
  'tool login --password PASSWORD',
  'Use --password to give the password1 of the user.',
  'npm login --token <token>',
  'docker run -u 1000:1000 image',
  'docker run --user nobody:nogroup image',
  'docker run --user www-data:www-data image',
  'curl -u "$USER:$PASSWORD" https://internal/',
  'git push -u origin main:main',
  'machine internal login app password <password>',
  'login page password field',
  'password must contain 8 characters',
  '<password>${env.PASSWORD}</password>',
  '<Password>Enter it</Password>',
  '<label>Password</label>',
  'password: "Please enter your password"',
  'token: "The token is not valid"',
  'const passwordLabel = "New horse battery"',
  'passwords:\n  first1:\n    type: string',
  'password:\n  type: string\n  minLength: 8',
  'const secret =\n  readSecret1(path);',
  'export const add = (a, b) => a + b;',
];
