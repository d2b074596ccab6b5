// Read the records of Kafka, one JSON a line, with the SDK of CloudEvents; print each event as it understands it.
const { readFileSync } = require("node:fs");
const { CloudEvent, Kafka } = require("cloudevents");

for (const line of readFileSync(0, "utf8").split("\n").filter(Boolean)) {
  const { key, headers, value } = JSON.parse(line);
  let told;
  try {
    if (!Kafka.isEvent({ key, headers, value })) throw new Error("no CloudEvent");
    const event = Kafka.toEvent({ key, headers, value });
    event.validate();
    // Its binding reads leniently; the constructor does not.
    told = new CloudEvent({ ...event.toJSON(), time: headers.ce_time }, true).toJSON();
  } catch (error) {
    told = { fault: `${error.name}: ${error.message} ${JSON.stringify(error.errors ?? "")}` };
  }
  process.stdout.write(`${JSON.stringify(told)}\n`);
}
