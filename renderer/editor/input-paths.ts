// What the input of a policy has, from the schema that is shipped with the policies.
import schema from '../../policies/input.schema.json';
import { stepsOfSchema } from './paths.ts';

export const inputSteps = stepsOfSchema(schema);
