// Stands in for gcloud or kubectl: hands what was typed to whoever plays the cloud, and says what that says.
const [name, ...args] = process.argv.slice(2);
const response = await fetch(process.env.CLOUD_STAND_IN, {
  method: 'POST',
  body: JSON.stringify({ name, args }),
});
const { code, stdout, stderr } = await response.json();
process.stdout.write(stdout);
process.stderr.write(stderr);
process.exitCode = code;
